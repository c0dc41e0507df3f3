//! Links machine functions, data and the runtime object into static executables
