//! Names of floating-point instructions of the x87: `D` is 64 bits, `F` 32, `X` 80, `L`, `W` and `V`
//! integers of 32, 16 and 64 bits, `B` decimal.

use iced_x86::Code;

/// Names whose memory forms, and those with one register, have F0 written as the other operand.
pub(crate) const WITH_F0: &[(&str, &[Code])] = &[
    ("FMOVB", &[Code::Fbld_m80bcd]),
    ("FMOVBP", &[Code::Fbstp_m80bcd]),
    ("FMOVD", &[Code::Fld_m64fp, Code::Fst_m64fp, Code::Fld_sti, Code::Fst_sti]),
    ("FMOVDP", &[Code::Fstp_m64fp, Code::Fstp_sti]),
    ("FMOVF", &[Code::Fld_m32fp, Code::Fst_m32fp]),
    ("FMOVFP", &[Code::Fstp_m32fp]),
    ("FMOVL", &[Code::Fild_m32int, Code::Fist_m32int]),
    ("FMOVLP", &[Code::Fistp_m32int]),
    ("FMOVV", &[Code::Fild_m64int]),
    ("FMOVVP", &[Code::Fistp_m64int]),
    ("FMOVW", &[Code::Fild_m16int, Code::Fist_m16int]),
    ("FMOVWP", &[Code::Fistp_m16int]),
    ("FMOVX", &[Code::Fld_m80fp]),
    ("FMOVXP", &[Code::Fstp_m80fp]),
    ("FCMOVCC", &[Code::Fcmovnb_st0_sti]),
    ("FCMOVCS", &[Code::Fcmovb_st0_sti]),
    ("FCMOVEQ", &[Code::Fcmove_st0_sti]),
    ("FCMOVHI", &[Code::Fcmovnbe_st0_sti]),
    ("FCMOVLS", &[Code::Fcmovbe_st0_sti]),
    ("FCMOVNE", &[Code::Fcmovne_st0_sti]),
    ("FCMOVNU", &[Code::Fcmovnu_st0_sti]),
    ("FCMOVUN", &[Code::Fcmovu_st0_sti]),
    ("FCOMD", &[Code::Fcom_m64fp, Code::Fcom_st0_sti]),
    ("FCOMDP", &[Code::Fcomp_m64fp, Code::Fcomp_st0_sti]),
    ("FCOMDPP", &[Code::Fcompp]),
    ("FCOMF", &[Code::Fcom_m32fp]),
    ("FCOMFP", &[Code::Fcomp_m32fp]),
    ("FCOMI", &[Code::Fcomi_st0_sti]),
    ("FCOMIP", &[Code::Fcomip_st0_sti]),
    ("FCOML", &[Code::Ficom_m32int]),
    ("FCOMLP", &[Code::Ficomp_m32int]),
    ("FCOMW", &[Code::Ficom_m16int]),
    ("FCOMWP", &[Code::Ficomp_m16int]),
    ("FUCOMPP", &[Code::Fucompp]),
    ("FADDD", &[Code::Fadd_m64fp, Code::Fadd_st0_sti, Code::Fadd_sti_st0]),
    ("FADDDP", &[Code::Faddp_sti_st0]),
    ("FADDF", &[Code::Fadd_m32fp]),
    ("FADDL", &[Code::Fiadd_m32int]),
    ("FADDW", &[Code::Fiadd_m16int]),
    ("FMULD", &[Code::Fmul_m64fp, Code::Fmul_st0_sti, Code::Fmul_sti_st0]),
    ("FMULDP", &[Code::Fmulp_sti_st0]),
    ("FMULF", &[Code::Fmul_m32fp]),
    ("FMULL", &[Code::Fimul_m32int]),
    ("FMULW", &[Code::Fimul_m16int]),
    ("FSUBD", &[Code::Fsub_m64fp, Code::Fsub_st0_sti, Code::Fsub_sti_st0]),
    ("FSUBDP", &[Code::Fsubp_sti_st0]),
    ("FSUBF", &[Code::Fsub_m32fp]),
    ("FSUBL", &[Code::Fisub_m32int]),
    ("FSUBW", &[Code::Fisub_m16int]),
    ("FSUBRD", &[Code::Fsubr_m64fp, Code::Fsubr_st0_sti, Code::Fsubr_sti_st0]),
    ("FSUBRDP", &[Code::Fsubrp_sti_st0]),
    ("FSUBRF", &[Code::Fsubr_m32fp]),
    ("FSUBRL", &[Code::Fisubr_m32int]),
    ("FSUBRW", &[Code::Fisubr_m16int]),
    ("FDIVD", &[Code::Fdiv_m64fp, Code::Fdiv_st0_sti, Code::Fdiv_sti_st0]),
    ("FDIVDP", &[Code::Fdivp_sti_st0]),
    ("FDIVF", &[Code::Fdiv_m32fp]),
    ("FDIVL", &[Code::Fidiv_m32int]),
    ("FDIVW", &[Code::Fidiv_m16int]),
    ("FDIVRD", &[Code::Fdivr_m64fp, Code::Fdivr_st0_sti, Code::Fdivr_sti_st0]),
    ("FDIVRDP", &[Code::Fdivrp_sti_st0]),
    ("FDIVRF", &[Code::Fdivr_m32fp]),
    ("FDIVRL", &[Code::Fidivr_m32int]),
    ("FDIVRW", &[Code::Fidivr_m16int]),
];

/// Names whose operands are those of their forms.
pub(crate) const PLAIN: &[(&str, &[Code])] = &[
    ("FLDCW", &[Code::Fldcw_m2byte]),
    ("FLDENV", &[Code::Fldenv_m28byte]),
    ("FRSTOR", &[Code::Frstor_m108byte]),
    ("FSAVE", &[Code::Fnsave_m108byte]),
    ("FSTCW", &[Code::Fnstcw_m2byte]),
    ("FSTENV", &[Code::Fnstenv_m28byte]),
    ("FSTSW", &[Code::Fnstsw_m2byte, Code::Fnstsw_AX]),
    ("FCLEX", &[Code::Fnclex]),
    ("FINIT", &[Code::Fninit]),
];

/// Names whose operands are in Intel's order: F0 first.
pub(crate) const F0_FIRST: &[(&str, &[Code])] = &[
    ("FUCOM", &[Code::Fucom_st0_sti]),
    ("FUCOMI", &[Code::Fucomi_st0_sti]),
    ("FUCOMIP", &[Code::Fucomip_st0_sti]),
    ("FUCOMP", &[Code::Fucomp_st0_sti]),
    ("FXCHD", &[Code::Fxch_st0_sti]),
];

/// Whether the form's written F0 is the source: it stores.
pub(crate) fn stores(code: Code) -> bool {
    matches!(
        code,
        Code::Fst_m64fp
            | Code::Fst_m32fp
            | Code::Fst_sti
            | Code::Fstp_m64fp
            | Code::Fstp_m32fp
            | Code::Fstp_m80fp
            | Code::Fstp_sti
            | Code::Fist_m16int
            | Code::Fist_m32int
            | Code::Fistp_m16int
            | Code::Fistp_m32int
            | Code::Fistp_m64int
            | Code::Fbstp_m80bcd
    )
}
