//! Unused variables and imports. Source: spec "Implementation restriction" of variable
//! declarations; "Import declarations".

use super::Checker;
use crate::codes;
use crate::object::{ObjectKind, PkgId};

impl Checker {
    /// Reports the unused variables of the body that was just checked.
    pub(crate) fn usage(&mut self) {
        let mut vars = std::mem::take(&mut self.env_mut().local_vars);
        vars.retain(|v| matches!(self.store.objects[*v].kind, ObjectKind::Var { used: false, .. }));
        vars.sort_by_key(|v| self.store.objects[*v].pos);
        for v in vars {
            let o = &self.store.objects[v];
            let (pos, name) = (o.pos, self.store.text(o.name));
            self.soft_errorf(pos, codes::UNUSED_VAR, format!("declared and not used: {name}"));
        }
    }

    /// Reports the unused imports of a package.
    pub(crate) fn unused_imports(&mut self, pkg: PkgId) {
        for obj in self.states[&pkg].imports.clone() {
            let o = &self.store.objects[obj];
            let ObjectKind::PkgName { imported, used: false } = o.kind else { continue };
            if o.name.is_blank() {
                continue;
            }
            let (pos, name) = (o.pos, self.store.text(o.name));
            let path = &self.store.packages[imported].path;
            let elem = path.rsplit('/').next().unwrap_or(path);
            let msg = if name.is_empty() || name == "." || name == elem {
                format!("\"{path}\" imported and not used")
            } else {
                format!("\"{path}\" imported as {name} and not used")
            };
            self.soft_errorf(pos, codes::UNUSED_IMPORT, msg);
        }
    }
}
