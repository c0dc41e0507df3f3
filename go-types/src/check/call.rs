//! Calls and conversions in call syntax (spec "Calls", "Passing arguments to ... parameters").

use super::assign::LastType;
use super::operand::EvalKind;
use super::version::{GO1_18, GO1_21};
use super::{Checker, Operand};
use crate::codes;
use crate::infer::Direction;
use crate::info::Mode;
use crate::object::{ObjId, ObjectKind, VarKind};
use crate::subst::SubstMap;
use crate::ty::{Signature, Type, TypeId};
use go_ast::{ExprId, ExprKind};
use go_source::Pos;
use std::sync::Arc;

/// Partial type arguments of a call or of one of its arguments.
pub(crate) type PartialArgs = Vec<Option<TypeId>>;

/// The parts of a call expression.
#[derive(Clone, Copy)]
pub(crate) struct CallParts<'a> {
    /// The call itself.
    pub(crate) call: ExprId,
    /// What is called.
    pub(crate) fun: ExprId,
    /// Arguments as written.
    pub(crate) args: &'a [ExprId],
    /// Whether the last argument is followed by `...`.
    pub(crate) dots: bool,
}

impl Checker {
    /// Evaluates the call or conversion `e`.
    pub(crate) fn call_expr(&mut self, x: &mut Operand, e: ExprId) -> EvalKind {
        let tree = self.tree();
        let ExprKind::Call { fun, args, ellipsis, .. } = &tree.expr(e).kind else {
            return EvalKind::Statement;
        };
        let parts = CallParts { call: e, fun: *fun, args, dots: ellipsis.is_some() };
        let mut inst: Option<&[ExprId]> = None;
        if let ExprKind::Index { indices, .. } = &tree.expr(*fun).kind {
            x.file = tree.id;
            if self.index_expr(x, *fun) {
                // The function is instantiated together with the check of the arguments.
                inst = Some(indices);
            }
            x.expr = Some(*fun);
            self.record(x);
        } else {
            self.expr_or_type(x, *fun, true);
        }

        match x.mode {
            Mode::Invalid => {
                self.use_exprs(args);
                x.expr = Some(e);
                EvalKind::Statement
            }
            Mode::TypeExpr => {
                self.conversion_call(x, parts);
                x.expr = Some(e);
                EvalKind::Conversion
            }
            Mode::Builtin => {
                let Some(b) = x.builtin else { return EvalKind::Statement };
                if !self.builtin(x, parts, b) {
                    x.invalidate();
                }
                x.expr = Some(e);
                if x.is_valid() && !x.is_const() {
                    self.env_mut().has_call_or_recv = true;
                }
                b.kind()
            }
            _ => {
                self.function_call(x, parts, inst);
                x.expr = Some(e);
                EvalKind::Statement
            }
        }
    }

    /// `T(arg)`, where `x` is `T`.
    fn conversion_call(&mut self, x: &mut Operand, parts: CallParts<'_>) {
        self.non_generic(None, x);
        if !x.is_valid() {
            return;
        }
        let t = x.ty;
        x.invalidate();
        if !self.is_complete(t) {
            return;
        }
        match parts.args {
            [] => {
                let ts = self.type_string(t);
                let msg = format!("missing argument in conversion to {ts}");
                self.err_expr(parts.call, codes::WRONG_ARG_COUNT, msg);
            }
            [arg] => {
                let target = self.new_target(Some(t), "conversion");
                self.expr(target.as_ref(), x, *arg);
                if !x.is_valid() {
                    return;
                }
                let u = self.under(t);
                if matches!(self.store.types[u], Type::Interface(_))
                    && !self.is_type_param(t)
                    && !self.type_set(u).is_method_set()
                {
                    let ts = self.type_string(t);
                    let msg = format!(
                        "cannot use interface {ts} in conversion (contains specific type \
                         constraints or is comparable)"
                    );
                    self.err_expr(parts.call, codes::MISPLACED_CONSTRAINT_IFACE, msg);
                    return;
                }
                if parts.dots {
                    let ts = self.type_string(t);
                    let msg = format!("invalid use of ... in conversion to {ts}");
                    self.err_expr(*arg, codes::BAD_DOT_DOT_DOT_SYNTAX, msg);
                    return;
                }
                self.conversion(x, t);
            }
            [.., last] => {
                self.use_exprs(parts.args);
                let ts = self.type_string(t);
                let msg = format!("too many arguments in conversion to {ts}");
                self.err_expr(*last, codes::WRONG_ARG_COUNT, msg);
            }
        }
    }

    /// A call of the function or method `x`; `inst` are type arguments given at the call.
    fn function_call(&mut self, x: &mut Operand, parts: CallParts<'_>, inst: Option<&[ExprId]>) {
        let cgo = x.mode == Mode::CgoFunc;
        let common = self.common_under(
            x.ty,
            Some(&mut |c: &mut Checker, t, u| match u.map(|u| &c.store.types[u]) {
                None | Some(Type::Signature(_)) => None,
                Some(_) => {
                    let ts = c.type_string(t.unwrap_or_default());
                    Some(format!("{ts} is not a function"))
                }
            }),
        );
        let sig_type = match common {
            Ok(u) => u,
            Err(cause) => {
                let s = self.operand_string(x);
                let msg = format!("invalid operation: cannot call {s}: {cause}");
                self.err_operand(x, codes::INVALID_CALL, msg);
                // The arguments are not looked at, as in gc.
                x.invalidate();
                return;
            }
        };
        let Some(sig) = self.as_signature(sig_type) else {
            x.invalidate();
            return;
        };
        let was_generic = !sig.type_params.is_empty();

        let mut sig_type = sig_type;
        let mut targs: PartialArgs = Vec::new();
        let mut xlist: &[ExprId] = &[];
        if let Some(list) = inst {
            xlist = list;
            let Some(types) = self.type_list(xlist) else {
                self.use_exprs(parts.args);
                x.invalidate();
                return;
            };
            let want = sig.type_params.len();
            if types.len() > want {
                let msg = format!("got {} type arguments but want {want}", types.len());
                self.err_expr(xlist[want], codes::WRONG_TYPE_ARG_COUNT, msg);
                self.use_exprs(parts.args);
                x.invalidate();
                return;
            }
            if types.len() == want && want > 0 {
                self.verify_versionf(parts.fun, GO1_18, "function instantiation");
                let pos = self.expr_pos(parts.fun);
                sig_type = self.instantiate_signature(pos, parts.fun, sig_type, &types, xlist);
                xlist = &[];
            } else {
                targs = types.into_iter().map(Some).collect();
            }
        }

        let (mut args, atargs) = self.generic_expr_list(parts.args);
        let sig_type = self.arguments(parts, sig_type, targs, xlist, &mut args, &atargs);
        let Some(sig) = self.as_signature(sig_type) else { return };
        if was_generic && sig.type_params.is_empty() {
            self.record_type_and_value(parts.fun, Mode::Value, sig_type, None);
        }

        match &sig.results[..] {
            [] => x.mode = Mode::NoValue,
            [r] => {
                x.mode = if cgo { Mode::CgoFunc } else { Mode::Value };
                let t = self.store.objects[*r].ty;
                if !self.is_complete(t) {
                    x.invalidate();
                    return;
                }
                x.ty = t;
            }
            _ => {
                x.mode = Mode::Value;
                x.ty = self.store.new_type(Type::Tuple(Arc::clone(&sig.results)));
            }
        }
        self.env_mut().has_call_or_recv = true;
        if x.mode == Mode::Value && !sig.type_params.is_empty() && self.is_parameterized(&sig.type_params, x.ty) {
            x.invalidate();
        }
    }

    /// Evaluates a list of expressions; a single call may give several operands.
    pub(crate) fn expr_list(&mut self, list: &[ExprId]) -> Vec<Operand> {
        if let [e] = list {
            return self.multi_expr(*e, false).0;
        }
        list.iter()
            .map(|e| {
                let mut x = Operand::new();
                self.expr(None, &mut x, *e);
                x
            })
            .collect()
    }

    /// Like [`Checker::expr_list`], but operands may be generic functions, instantiated not at all
    /// or in part; the second list has the partial type arguments.
    pub(crate) fn generic_expr_list(&mut self, list: &[ExprId]) -> (Vec<Operand>, Vec<PartialArgs>) {
        // Before Go 1.21 generic arguments have to be instantiated fully.
        let infer = !self.allow_version(GO1_21);
        let tree = self.tree();
        let mut operands = Vec::with_capacity(list.len());
        let mut all_targs = Vec::with_capacity(list.len());
        for e in list {
            let mut x = Operand::new();
            x.file = tree.id;
            let mut targs = Vec::new();
            let index = matches!(tree.expr(*e).kind, ExprKind::Index { .. });
            if index && self.index_expr(&mut x, *e) {
                let pos = x.expr.map_or(Pos::NONE, |e| self.expr_pos(e));
                match self.func_inst(None, pos, &mut x, Some(*e), infer) {
                    Some(partial) => {
                        targs = partial.into_iter().map(Some).collect();
                        x.expr = Some(*e);
                    }
                    // Recorded here since the usual evaluation was not used.
                    None => self.record(&x),
                }
            } else if index {
                // The operand was evaluated already: finish what raw_expr does.
                x.expr = Some(*e);
                self.record(&x);
                self.exclude_non_values(&mut x);
                if list.len() > 1 {
                    self.single_value(&mut x);
                }
            } else if list.len() == 1 {
                self.raw_expr(None, &mut x, *e, None, true);
                self.exclude_non_values(&mut x);
                if x.is_valid()
                    && let Some(vars) = self.as_tuple(x.ty)
                {
                    let many = vars
                        .iter()
                        .map(|v| {
                            let ty = self.store.objects[*v].ty;
                            Operand::with(Mode::Value, tree.id, *e, ty)
                        })
                        .collect();
                    return (many, Vec::new());
                }
            } else {
                self.generic_expr(&mut x, *e, None);
            }
            operands.push(x);
            all_targs.push(targs);
        }
        (operands, all_targs)
    }

    /// Checks the arguments of a call of a function with signature `sig_type`: counts them, infers
    /// and instantiates, assigns. Gives the (instantiated) signature, or the given one after an
    /// error.
    pub(crate) fn arguments(
        &mut self,
        parts: CallParts<'_>,
        sig_type: TypeId,
        mut targs: PartialArgs,
        xlist: &[ExprId],
        args: &mut [Operand],
        atargs: &[PartialArgs],
    ) -> TypeId {
        let Some(sig) = self.as_signature(sig_type) else { return sig_type };
        let Some((mut params, adjusted)) = self.call_params(parts, &sig, args) else {
            return sig_type;
        };
        let mut result = sig_type;
        let call_pos = self.expr_pos(parts.call);

        // Type parameters of the callee, then those of generic arguments.
        let mut tparams: Vec<TypeId> = Vec::new();
        let n = sig.type_params.len();
        if n > 0 {
            if !self.allow_version(GO1_18) {
                let tree = self.tree();
                if matches!(tree.expr(parts.fun).kind, ExprKind::Index { .. }) {
                    self.version_errorf(parts.fun, GO1_18, "function instantiation");
                } else {
                    self.version_errorf(parts.call, GO1_18, "implicit function instantiation");
                }
            }
            let (renamed, vars) = self.rename_tparams_in_vars(call_pos, &sig.type_params, &params);
            tparams = renamed.to_vec();
            params = vars;
            targs.resize(n, None);
        }
        let mut generic_args: Vec<usize> = Vec::new();
        for (i, arg) in args.iter_mut().enumerate() {
            let Some(asig) = self.as_signature(arg.ty) else { continue };
            if asig.type_params.is_empty() || !arg.is_valid() {
                continue;
            }
            // New identities for the type parameters, for cases such as f(g, g).
            let (renamed, ty) = self.rename_tparams(call_pos, &asig.type_params, arg.ty);
            if let Some(s) = self.as_signature(ty) {
                let s = Signature { type_params: Arc::clone(&renamed), ..(*s).clone() };
                arg.ty = self.store.new_type(Type::Signature(Arc::new(s)));
            }
            tparams.extend(renamed.iter().copied());
            if let Some(partial) = atargs.get(i) {
                targs.extend(partial.iter().copied());
            }
            targs.resize(tparams.len(), None);
            generic_args.push(i);
        }
        if let Some(i) = generic_args.first() {
            let what = "implicitly instantiated function as argument";
            self.verify_versionf(&args[*i], GO1_21, what);
        }

        if !tparams.is_empty() {
            let dir = Direction::Forward;
            let inferred = match self.infer(call_pos, &tparams, &targs, &params, args, dir) {
                Ok(list) => list,
                Err(why) => {
                    if let Some((pos, why)) = why {
                        let fun = self.expr_string(parts.fun);
                        let msg = format!("in call to {fun}, {why}");
                        self.error(pos, codes::CANNOT_INFER_TYPE_ARGS, msg);
                    }
                    return result;
                }
            };
            if n > 0 {
                result = self.instantiate_signature(call_pos, parts.fun, sig_type, &inferred[..n], xlist);
                if adjusted {
                    let map = SubstMap::new(&tparams[..n], &inferred[..n]);
                    params = self.subst_vars(call_pos, &params, &map);
                } else {
                    params = self.as_signature(result).map(|s| Arc::clone(&s.params)).unwrap_or_default();
                }
            }
            let mut j = n;
            for i in generic_args {
                let arg = &mut args[i];
                let Some(asig) = self.as_signature(arg.ty) else { continue };
                let k = j + asig.type_params.len();
                if let Some(e) = arg.expr {
                    arg.ty = self.instantiate_signature(call_pos, e, arg.ty, &inferred[j..k], &[]);
                    self.record(arg);
                }
                j = k;
            }
        }

        if !args.is_empty() {
            let context = format!("argument to {}", self.expr_string(parts.fun));
            for (a, p) in args.iter_mut().zip(params.iter()) {
                let ty = self.store.objects[*p].ty;
                self.assignment(a, Some(ty), &context);
            }
        }
        result
    }

    /// The parameters that correspond to the arguments one by one, and whether they differ from
    /// the signature's; `None` if the number of arguments is wrong (reported).
    fn call_params(&mut self, parts: CallParts<'_>, sig: &Signature, args: &[Operand]) -> Option<(Arc<[ObjId]>, bool)> {
        let nargs = args.len();
        let mut npars = sig.params.len();
        let mut params = Arc::clone(&sig.params);
        let mut adjusted = false;
        if !sig.variadic {
            if parts.dots {
                let fun = self.expr_string(parts.fun);
                let msg = format!("cannot use ... in call to non-variadic {fun}");
                self.err_expr(parts.call, codes::NON_VARIADIC_DOT_DOT_DOT, msg);
                return None;
            }
        } else if parts.dots {
            if let [arg] = parts.args
                && nargs > 1
            {
                let arg = self.expr_string(*arg);
                let msg = format!("cannot use ... with {nargs}-valued {arg}");
                self.err_expr(parts.call, codes::INVALID_DOT_DOT_DOT, msg);
                return None;
            }
        } else if nargs + 1 >= npars {
            let (last, init) = sig.params.split_last()?;
            let last = self.store.objects[*last].clone();
            let elem = match self.store.types[last.ty] {
                Type::Slice { elem } => elem,
                _ => last.ty,
            };
            let mut vars = init.to_vec();
            while vars.len() < nargs {
                vars.push(self.store.new_var(VarKind::Param, last.pos, last.pkg, last.name, elem));
            }
            params = Arc::from(vars);
            adjusted = true;
            npars = nargs;
        } else {
            npars -= 1;
        }
        if nargs == npars {
            return Some((params, adjusted));
        }

        let (at, qualifier) = if nargs > npars {
            (self.operand_pos(&args[npars]), "too many")
        } else if nargs > 0 {
            (self.operand_pos(&args[nargs - 1]), "not enough")
        } else {
            // gc reports a call without arguments at its closing parenthesis only from go vet on;
            // the checker uses the call.
            (self.start_pos(parts.call), "not enough")
        };
        let fun = self.expr_string(parts.fun);
        let have: Vec<TypeId> = args.iter().map(|a| a.ty).collect();
        let want: Vec<TypeId> = sig.params.iter().map(|p| self.store.objects[*p].ty).collect();
        let last = if parts.dots { LastType::Dots } else { LastType::Plain };
        let have = self.types_summary(&have, last);
        let last = if sig.variadic { LastType::Variadic } else { LastType::Plain };
        let want = self.types_summary(&want, last);
        let mut err = self.new_error(codes::WRONG_ARG_COUNT);
        err.add(at, format!("{qualifier} arguments in call to {fun}"));
        err.add(Pos::NONE, format!("have {have}"));
        err.add(Pos::NONE, format!("want {want}"));
        self.report(err);
        None
    }

    /// Evaluates expressions for their uses only, after an error elsewhere; whether all were valid.
    pub(crate) fn use_exprs(&mut self, list: &[ExprId]) -> bool {
        let mut ok = true;
        for e in list {
            ok &= self.use1(*e, UseAs::Value);
        }
        ok
    }

    /// Like [`Checker::use_exprs`] for left sides of assignments: variables named there are not
    /// thereby used.
    pub(crate) fn use_lhs(&mut self, list: &[ExprId]) -> bool {
        let mut ok = true;
        for e in list {
            ok &= self.use1(*e, UseAs::Lhs);
        }
        ok
    }

    fn use1(&mut self, e: ExprId, how: UseAs) -> bool {
        let tree = self.tree();
        let inner = tree.unparen(e);
        let mut x = Operand::new();
        let ExprKind::Name(name) = tree.expr(inner).kind else {
            self.raw_expr(None, &mut x, e, None, true);
            return x.is_valid();
        };
        if name.is_blank() {
            return true;
        }
        let saved = match how {
            UseAs::Lhs => self.lookup(name).and_then(|v| Some((v, self.var_used(v)?))),
            UseAs::Value => None,
        };
        self.expr_or_type(&mut x, inner, true);
        if let Some((v, was_used)) = saved {
            self.set_var_used(v, was_used);
        }
        x.is_valid()
    }

    /// Whether variable `obj` of the package being checked is used; `None` for other objects.
    pub(crate) fn var_used(&self, obj: ObjId) -> Option<bool> {
        let o = &self.store.objects[obj];
        match o.kind {
            ObjectKind::Var { used, .. } if o.pkg == Some(self.env().pkg) => Some(used),
            _ => None,
        }
    }

    /// Sets whether variable `obj` is used.
    pub(crate) fn set_var_used(&mut self, obj: ObjId, now: bool) {
        if let ObjectKind::Var { used, .. } = &mut self.store.objects[obj].kind {
            *used = now;
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum UseAs {
    Value,
    Lhs,
}
