//! Channels: send, receive, make.

use super::body::Body;
use go_ir::ir::Value;
use go_ir::ty::Ty;

impl Body<'_, '_> {
    /// `<-ch`; with `ok` storage wanted use [`Self::recv_ok`].
    pub(super) fn recv(&mut self, ch: Value, into: Option<Value>) -> (Value, Value) {
        let elem = self.elem(self.fr.b.ty(ch));
        let p = into.unwrap_or_else(|| self.alloc(elem));
        self.call_rt("chanrecv1", &[ch, p]);
        (self.load(p, elem), p)
    }

    /// `v, ok := <-ch`
    pub(super) fn recv_ok(&mut self, ch: Value) -> (Value, Value) {
        let elem = self.elem(self.fr.b.ty(ch));
        let p = self.alloc(elem);
        let ok = self.call_rt1("chanrecv2", &[ch, p], Ty::BOOL);
        (self.load(p, elem), ok)
    }

    /// `ch <- v`
    pub(super) fn send(&mut self, ch: Value, v: Value) {
        let p = self.spill(v);
        self.call_rt("chansend1", &[ch, p]);
    }

    /// `make(chan T, n)`
    pub(super) fn make_chan(&mut self, ct: Ty, n: Option<Value>) -> Value {
        let desc = self.type_desc(ct);
        let n = n.unwrap_or_else(|| self.int(0));
        self.call_rt1("makechan", &[desc, n], ct)
    }
}
