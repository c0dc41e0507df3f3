//! Language versions: which feature needs which version, and the errors for files that are older.

use super::Checker;
use super::errors::ErrPos;
use crate::codes;

/// A language version as (1, minor); (0, 0) is unknown and permits everything.
pub type Version = (u32, u32);

/// Type aliases.
pub const GO1_9: Version = (1, 9);
/// Signed shift counts, number literals.
pub const GO1_13: Version = (1, 13);
/// Overlapping embedded interfaces.
pub const GO1_14: Version = (1, 14);
/// Slice to array pointer conversions, unsafe.Add and Slice.
pub const GO1_17: Version = (1, 17);
/// Type parameters.
pub const GO1_18: Version = (1, 18);
/// Slice to array conversions, unsafe.String, comparable interfaces.
pub const GO1_20: Version = (1, 20);
/// min, max, clear, better inference.
pub const GO1_21: Version = (1, 21);
/// Range over integers, loop variables per iteration.
pub const GO1_22: Version = (1, 22);
/// Range over functions, generic aliases.
pub const GO1_23: Version = (1, 23);
/// new(expr).
pub const GO1_26: Version = (1, 26);
/// Generic methods.
pub const GO1_27: Version = (1, 27);
/// The version this checker implements.
pub const GO_CURRENT: Version = GO1_27;

impl Checker {
    /// Whether the file being checked may use a feature of version `want`.
    pub(crate) fn allow_version(&self, want: Version) -> bool {
        let have = self.env().version;
        have == (0, 0) || have >= want
    }

    /// Reports `what` as a feature that needs version `want`, unless it is permitted.
    pub(crate) fn verify_versionf(&mut self, at: impl ErrPos, want: Version, what: impl Into<String>) -> bool {
        if self.allow_version(want) {
            return true;
        }
        self.version_errorf(at, want, what);
        false
    }

    /// Reports `what` as a feature that needs version `want`.
    pub(crate) fn version_errorf(&mut self, at: impl ErrPos, want: Version, what: impl Into<String>) {
        let msg = format!("{} requires go{}.{} or later", what.into(), want.0, want.1);
        self.error(at, codes::UNSUPPORTED_FEATURE, msg);
    }
}
