//! Instantiation of generic functions that are not called on the spot (spec "Instantiations").

use super::operand::Target;
use super::version::{GO1_18, GO1_21};
use super::{Checker, Operand};
use crate::codes;
use crate::infer::Direction;
use crate::info::Mode;
use crate::object::{ObjId, VarKind};
use crate::ty::{Signature, Type, TypeId};
use go_ast::{ExprId, ExprKind};
use go_source::{Pos, Symbol};
use std::sync::Arc;

impl Checker {
    /// Instantiates the generic function `x`: with the type arguments of index expression `inst`,
    /// and with those that follow from `target`, the function type it is assigned to; at least one
    /// is given. If type arguments are missing and `infer` is not set, `x` stays and the given ones
    /// are the result. In all other cases there is no result; on errors `x` becomes invalid.
    pub(crate) fn func_inst(
        &mut self,
        target: Option<&Target>,
        pos: Pos,
        x: &mut Operand,
        inst: Option<ExprId>,
        infer: bool,
    ) -> Option<Vec<TypeId>> {
        let err_pos = match inst {
            Some(e) => {
                x.expr = Some(e);
                self.expr_pos(e)
            }
            None => pos,
        };
        let version_ok = self.verify_versionf(err_pos, GO1_18, "function instantiation");

        let tree = self.tree();
        let xlist: &[ExprId] = match inst.map(|e| &tree.expr(e).kind) {
            Some(ExprKind::Index { indices, .. }) => indices,
            _ => &[],
        };
        let mut targs: Vec<TypeId> = Vec::new();
        if inst.is_some() {
            let Some(list) = self.type_list(xlist) else {
                x.invalidate();
                return None;
            };
            targs = list;
        }
        let Some(sig) = self.as_signature(x.ty) else {
            x.invalidate();
            return None;
        };
        let (got, want) = (targs.len(), sig.type_params.len());
        if got > want {
            let msg = format!("got {got} type arguments but want {want}");
            self.err_expr(xlist[got - 1], codes::WRONG_TYPE_ARG_COUNT, msg);
            x.invalidate();
            return None;
        }
        let x_pos = x.expr.map_or(Pos::NONE, |e| self.expr_pos(e));
        if got < want {
            if !infer {
                return Some(targs);
            }
            // The assignment `var t T = x` is treated like a call g(t) of
            // func g[type parameters of x](type of x).
            let mut args: Vec<Operand> = Vec::new();
            let mut params = Vec::new();
            if let Some(target) = target {
                if version_ok && !self.allow_version(GO1_21) {
                    let what = match inst {
                        Some(_) => "partially instantiated function in assignment",
                        None => "implicitly instantiated function in assignment",
                    };
                    self.version_errorf(err_pos, GO1_21, what);
                }
                let gsig = Signature {
                    params: Arc::clone(&sig.params),
                    results: Arc::clone(&sig.results),
                    variadic: sig.variadic,
                    ..Signature::default()
                };
                let gsig = self.store.new_type(Type::Signature(Arc::new(gsig)));
                let pkg = Some(self.env().pkg);
                let var = self.store.new_var(VarKind::Param, x_pos, pkg, Symbol::EMPTY, gsig);
                params.push(var);
                let mut arg = Operand::new();
                arg.mode = Mode::Value;
                arg.expr = x.expr;
                arg.file = x.file;
                arg.ty = target.sig;
                arg.label = Some(Arc::from(target.desc.as_str()));
                args.push(arg);
            }
            let params: Arc<[ObjId]> = Arc::from(params);
            let (tparams, params) = self.rename_tparams_in_vars(pos, &sig.type_params, &params);
            let given: Vec<Option<TypeId>> = targs.iter().copied().map(Some).collect();
            let dir = if target.is_some() { Direction::Reverse } else { Direction::Forward };
            match self.infer(pos, &tparams, &given, &params, &args, dir) {
                Ok(list) => targs = list,
                Err(why) => {
                    if let Some((at, why)) = why {
                        // The variable's type is the argument: its place is that of `x`.
                        let at = if target.is_some() { x_pos } else { at };
                        self.error(at, codes::CANNOT_INFER_TYPE_ARGS, why);
                    }
                    x.invalidate();
                    return None;
                }
            }
        }
        if let Some(e) = x.expr {
            x.ty = self.instantiate_signature(x_pos, e, x.ty, &targs, xlist);
        }
        x.mode = Mode::Value;
        None
    }

    /// Instantiates signature `ty` and records that at the identifier in `e`. The type arguments
    /// are checked against their constraints later; `xlist` are the expressions of those written.
    pub(crate) fn instantiate_signature(
        &mut self,
        pos: Pos,
        e: ExprId,
        ty: TypeId,
        targs: &[TypeId],
        xlist: &[ExprId],
    ) -> TypeId {
        let Some(sig) = self.as_signature(ty) else { return ty };
        let inst = self.instance(pos, ty, targs);
        self.record_instance(e, Arc::from(targs), inst);

        let tparams = Arc::clone(&sig.type_params);
        let targs: Vec<TypeId> = targs.to_vec();
        let xlist: Vec<ExprId> = xlist.to_vec();
        self.later_check(move |c| match c.verify(pos, &tparams, &targs) {
            Err((i, msg)) => {
                let at = xlist.get(i).map_or(pos, |e| c.start_pos(*e));
                c.soft_errorf(at, codes::INVALID_TYPE_ARG, msg);
            }
            Ok(()) => c.mono_record_instance(pos, &tparams, &targs, &xlist),
        });
        inst
    }
}
