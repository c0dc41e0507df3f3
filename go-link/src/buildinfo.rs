//! The build information block that `go version -m` and `debug/buildinfo` read.
//! Source: package debug/buildinfo's description of the format (inline strings).

use crate::BuildInfo;
use go_abi::layout::pctab::write_uvarint;

/// What surrounds the module information string.
const MOD_START: [u8; 16] =
    [0x30, 0x77, 0xaf, 0x0c, 0x92, 0x74, 0x08, 0x02, 0x41, 0xe1, 0xc1, 0x07, 0xe6, 0xd6, 0x18, 0xe6];
const MOD_END: [u8; 16] =
    [0xf9, 0x32, 0x43, 0x31, 0x86, 0x18, 0x20, 0x72, 0x00, 0x82, 0x42, 0x10, 0x41, 0x16, 0xd8, 0xf2];

impl BuildInfo {
    /// The module information between the marks that package runtime/debug expects around it.
    #[must_use]
    pub fn framed_modinfo(&self) -> Vec<u8> {
        [&MOD_START, self.modinfo.as_bytes(), &MOD_END].concat()
    }
}

/// The block, and offset and length of the bare module information in it.
pub(crate) fn encode(info: &BuildInfo) -> (Vec<u8>, usize, usize) {
    let mut b = b"\xff Go buildinf:".to_vec();
    b.push(8); // pointer size
    b.push(2); // strings are inline
    b.resize(32, 0);
    write_uvarint(info.go_version.len() as u64, |x| b.push(x));
    b.extend(info.go_version.as_bytes());
    let (mut at, mut len) = (0, 0);
    if info.modinfo.is_empty() {
        b.push(0);
    } else {
        write_uvarint(info.modinfo.len() as u64 + 32, |x| b.push(x));
        b.extend(MOD_START);
        at = b.len();
        len = info.modinfo.len();
        b.extend(info.modinfo.as_bytes());
        b.extend(MOD_END);
    }
    b.resize(b.len().next_multiple_of(64), 0);
    (b, at, len)
}
