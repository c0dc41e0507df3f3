//! The SDK's assembler as a judge: its listing has the bytes and relocations of each symbol.

use go_asm::{Flags, Object, Reloc, RelocKind, Symbol};
use iced_x86::{Decoder, Formatter, IntelFormatter};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A function or variable of a listing.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Sym {
    pub(crate) name: String,
    /// `STEXT`, `SRODATA`, …
    pub(crate) kind: String,
    pub(crate) size: usize,
    pub(crate) locals: i64,
    pub(crate) args: i64,
    /// DUPOK, TOPFRAME and local, of the flags.
    pub(crate) flags: (bool, bool, bool),
    pub(crate) bytes: Vec<u8>,
    /// Offsets of instructions with their lines.
    pub(crate) lines: Vec<(u32, u32)>,
    /// Offset, kind, target, addend, in our terms.
    pub(crate) relocs: Vec<(u32, RelocKind, String, i64)>,
}

/// A package with assembly.
pub(crate) struct Package {
    /// Import path.
    pub(crate) path: String,
    pub(crate) dir: PathBuf,
    /// Names of its assembly files for this build.
    pub(crate) files: Vec<String>,
}

/// What comparing a package found.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Functions that are equal to the byte.
    pub(crate) equal: usize,
    /// Functions with the same instructions in other encodings.
    pub(crate) same: usize,
    /// Functions.
    pub(crate) functions: usize,
    /// Data that is equal.
    pub(crate) equal_data: usize,
    /// Data.
    pub(crate) data: usize,
    /// Files that both take.
    pub(crate) files: usize,
    /// Files that both refuse, with the SDK's reason.
    pub(crate) refusals: Vec<String>,
    /// Differences.
    pub(crate) notes: Vec<String>,
}

impl Outcome {
    pub(crate) fn add(&mut self, other: Outcome) {
        self.equal += other.equal;
        self.same += other.same;
        self.functions += other.functions;
        self.equal_data += other.equal_data;
        self.data += other.data;
        self.files += other.files;
        self.refusals.extend(other.refusals);
        self.notes.extend(other.notes);
    }

    pub(crate) fn summary(&self) -> String {
        let Outcome { equal, same, functions, equal_data, data, files, refusals, .. } = self;
        let refused = refusals.len();
        format!(
            "functions: {equal} of {functions} equal, {same} more in other encodings; data: {equal_data} of {data}; \
             files: {files}, refused by both: {refused}"
        )
    }
}

/// The SDK's tools.
pub(crate) struct Sdk {
    root: PathBuf,
}

impl Sdk {
    pub(crate) fn new(root: &Path) -> Sdk {
        Sdk { root: root.to_owned() }
    }

    fn go(&self, dir: &Path, args: &[&str]) -> Result<String, String> {
        let mut cmd = Command::new(self.root.join("bin/go"));
        cmd.args(args).current_dir(dir).env("GOROOT", &self.root).env("GOTOOLCHAIN", "local");
        cmd.env("CGO_ENABLED", "0").env("GOFLAGS", "").env("GOOS", "linux").env("GOARCH", "amd64");
        if !dir.starts_with(&self.root) {
            // A module that only fetches others, or a folder outside all modules.
            match dir.join("go.mod").exists() {
                true => cmd.env("GOFLAGS", "-mod=mod"),
                false => cmd.env("GO111MODULE", "off"),
            };
        }
        output(&mut cmd)
    }

    pub(crate) fn tool(&self, name: &str) -> PathBuf {
        self.root.join("pkg/tool/linux_amd64").join(name)
    }

    /// Whether its own assembler is there: what gorc fetches for itself is sources only.
    pub(crate) fn has_tools(&self) -> bool {
        self.tool("asm").exists()
    }

    /// Folder of textflag.h.
    pub(crate) fn include(&self) -> PathBuf {
        self.root.join("pkg/include")
    }

    /// The package that a pattern names in a folder.
    pub(crate) fn package(&self, dir: &Path, pattern: &str) -> Result<Package, String> {
        let format = "{{.ImportPath}}|{{.Dir}}|{{join .SFiles \" \"}}";
        let text = self.go(dir, &["list", "-e", "-f", format, pattern])?;
        let mut words = text.trim().split('|');
        let mut next = || words.next().ok_or("no package");
        let (mut path, dir, files) = (next()?.to_owned(), PathBuf::from(next()?), next()?);
        if path.starts_with('_') {
            // A folder outside all modules.
            path = "p".into();
        }
        Ok(Package { path, dir, files: files.split_whitespace().map(str::to_owned).collect() })
    }

    /// Packages of the standard library that have assembly files: import path and folder.
    pub(crate) fn std_packages(&self) -> Result<Vec<PathBuf>, String> {
        let text = self.go(&self.root.join("src"), &["list", "-e", "-f", "{{if .SFiles}}{{.Dir}}{{end}}", "std"])?;
        Ok(text.lines().map(PathBuf::from).collect())
    }

    /// Makes the package's go_asm.h in `out`.
    fn header(&self, dir: &Path, pattern: &str, out: &Path) -> Result<(), String> {
        let format = "{{.ImportPath}}|{{.Dir}}|{{.Export}}|{{join .GoFiles \" \"}}|{{join .SFiles \" \"}}\
                      |{{if .Module}}{{.Module.GoVersion}}{{end}}|{{join .EmbedFiles \" \"}}";
        let text = self.go(dir, &["list", "-deps", "-export", "-f", format, pattern])?;
        let mut config = String::new();
        let mut last = Vec::new();
        for line in text.lines() {
            let fields: Vec<&str> = line.split('|').collect();
            if let [path, _, export, _, _, _, _] = fields[..] {
                if !export.is_empty() {
                    let _ = writeln!(config, "packagefile {path}={export}");
                    if let Some(vendored) = path.strip_prefix("vendor/") {
                        let _ = writeln!(config, "importmap {vendored}={path}");
                    }
                }
                last = fields;
            }
        }
        let [path, folder, _, files, assembly, version, embedded] = last[..] else { return Err("no package".into()) };
        let language: Vec<&str> = version.split('.').take(2).collect();
        let flag = if version.is_empty() { "-std".to_owned() } else { format!("-lang=go{}", language.join(".")) };
        std::fs::write(out.join("importcfg"), config).map_err(|e| e.to_string())?;
        // Which functions are assembly; the header itself is not needed for that.
        std::fs::write(out.join("go_asm.h"), "").map_err(|e| e.to_string())?;
        let mut cmd = Command::new(self.tool("asm"));
        cmd.current_dir(folder).env("GOROOT", &self.root).env("GOOS", "linux").env("GOARCH", "amd64");
        cmd.args(["-gensymabis", "-p", path, "-D", "GOOS_linux", "-D", "GOARCH_amd64", "-D", "GOAMD64_v1", "-I"]);
        cmd.arg(out).arg("-I").arg(self.include()).arg("-o").arg(out.join("symabis"));
        cmd.args(assembly.split_whitespace());
        output(&mut cmd)?;
        let mut cmd = Command::new(self.tool("compile"));
        cmd.current_dir(folder).env("GOROOT", &self.root).args(["-p", path, &flag, "-o"]);
        cmd.arg(out.join("p.a")).arg("-importcfg").arg(out.join("importcfg"));
        cmd.arg("-symabis").arg(out.join("symabis")).arg("-asmhdr").arg(out.join("go_asm.h"));
        if !embedded.is_empty() {
            // Patterns that are names will do.
            let names = || embedded.split_whitespace();
            let patterns: Vec<String> = names().map(|n| format!("\"{n}\":[\"{n}\"]")).collect();
            let places: Vec<String> = names().map(|n| format!("\"{n}\":\"{folder}/{n}\"")).collect();
            let text = format!("{{\"Patterns\":{{{}}},\"Files\":{{{}}}}}", patterns.join(","), places.join(","));
            std::fs::write(out.join("embedcfg"), text).map_err(|e| e.to_string())?;
            cmd.arg("-embedcfg").arg(out.join("embedcfg"));
        }
        cmd.args(files.split_whitespace());
        output(&mut cmd).map(drop)
    }

    /// Compares all assembly files of the package that a pattern names in a folder.
    pub(crate) fn compare(&self, dir: &Path, pattern: &str, scratch: &Path) -> Result<Outcome, String> {
        let package = self.package(dir, pattern)?;
        let mut sum = Outcome::default();
        let texts: Vec<(String, String)> = package
            .files
            .iter()
            .map(|f| {
                let text = std::fs::read_to_string(package.dir.join(f)).map_err(|e| e.to_string())?;
                Ok((f.clone(), text))
            })
            .collect::<Result<_, String>>()?;
        let _ = std::fs::remove_file(scratch.join("go_asm.h"));
        // Files that are included may want it, too.
        if texts.iter().any(|(_, t)| t.contains("#include")) {
            if let Err(e) = self.header(dir, pattern, scratch) {
                let why = e.lines().next().unwrap_or_default();
                sum.notes.push(format!("{}: no go_asm.h: {why}", package.dir.display()));
                return Ok(sum);
            }
        }
        for (file, text) in &texts {
            sum.add(self.compare_file(&package.dir, file, text, &package.path, scratch)?);
        }
        Ok(sum)
    }

    /// The listing of a file.
    pub(crate) fn listing(&self, dir: &Path, text: &str, package: &str, scratch: &Path) -> Result<Vec<Sym>, String> {
        let source = scratch.join("source.s");
        let mut count = 0;
        std::fs::write(&source, self.checkless(text, dir, scratch, &mut count)?).map_err(|e| e.to_string())?;
        let mut cmd = Command::new(self.tool("asm"));
        cmd.current_dir(dir).env("GOROOT", &self.root).env("GOOS", "linux").env("GOARCH", "amd64");
        cmd.arg("-S").args(["-p", package, "-D", "GOOS_linux", "-D", "GOARCH_amd64", "-D", "GOAMD64_v1", "-I"]);
        cmd.arg(scratch)
            .arg("-I")
            .arg(self.include())
            .arg("-I")
            .arg(dir)
            .arg("-o")
            .arg(scratch.join("source.o"))
            .arg(&source);
        Ok(parse_listing(&output(&mut cmd)?))
    }

    /// The source without stack checks, also in what it includes from its own folder: copies of that are
    /// made in `scratch`.
    fn checkless(&self, text: &str, dir: &Path, scratch: &Path, count: &mut usize) -> Result<String, String> {
        let mut out = String::with_capacity(text.len());
        for line in without_stack_checks(text).split_inclusive('\n') {
            let quoted = line.strip_prefix("#include").and_then(|rest| rest.split('"').nth(1));
            let found = quoted.map(|name| dir.join(name)).filter(|path| path.exists() && *count < 100);
            let Some(path) = found else {
                out.push_str(line);
                continue;
            };
            *count += 1;
            let copy = format!("included{count}.s");
            let included = std::fs::read_to_string(&path).map_err(|e| e.to_string())?;
            let included = self.checkless(&included, dir, scratch, count)?;
            std::fs::write(scratch.join(&copy), included).map_err(|e| e.to_string())?;
            let _ = writeln!(out, "#include \"{copy}\"");
        }
        Ok(out)
    }

    pub(crate) fn compare_file(
        &self,
        dir: &Path,
        file: &str,
        text: &str,
        package: &str,
        scratch: &Path,
    ) -> Result<Outcome, String> {
        let mut out = Outcome::default();
        let place = dir.join(file);
        let want = self.listing(dir, text, package, scratch);
        let include = self.include();
        let got = super::run(file, text, package, &[scratch, dir, &include]);
        let (want, object) = match (want, got) {
            (Ok(want), Ok(got)) => (want, got),
            (Err(e), Err(_)) => {
                let why = e.lines().next().unwrap_or_default();
                out.refusals.push(format!("{}: {why}", place.display()));
                return Ok(out);
            }
            (Err(e), Ok(_)) => {
                let why = e.lines().next().unwrap_or_default();
                out.notes.push(format!("{}: refused by the SDK: {why}", place.display()));
                return Ok(out);
            }
            (Ok(want), Err(errors)) => {
                out.functions = want.iter().filter(|s| s.kind == "STEXT").count();
                out.notes.extend(errors.iter().take(20).map(|e| format!("{}: {e}", dir.display())));
                return Ok(out);
            }
        };
        out.files = 1;
        let want_texts: Vec<&Sym> = want.iter().filter(|s| s.kind == "STEXT").collect();
        let want_data: Vec<&Sym> = want.iter().filter(|s| s.kind != "STEXT" && is_data(s)).collect();
        let want_data: Vec<Sym> = want_data.into_iter().map(filled).collect();
        out.functions = want_texts.len();
        out.data = want_data.len();
        let (got_texts, got_data) = symbols(&object);
        for w in want_texts {
            let note = match got_texts.iter().find(|g| g.name == w.name) {
                None => "missing".to_owned(),
                Some(g) if same(g, w) => {
                    out.equal += 1;
                    continue;
                }
                Some(g) => match difference(g, w) {
                    Some(difference) => difference,
                    None => {
                        out.same += 1;
                        let at = g.bytes.iter().zip(&w.bytes).position(|(g, w)| g != w);
                        format!("another encoding at {at:x?}")
                    }
                },
            };
            out.notes.push(format!("{}: {}: {note}", place.display(), w.name));
        }
        for w in want_data {
            match got_data.iter().find(|g| g.name == w.name) {
                Some(g) if *g == w => out.equal_data += 1,
                g => out.notes.push(format!("{}: {}: data differs: {g:?} {w:?}", place.display(), w.name)),
            }
        }
        Ok(out)
    }
}

/// Data with the zeros at its end, which listings leave out.
fn filled(s: &Sym) -> Sym {
    let mut bytes = s.bytes.clone();
    if !bytes.is_empty() {
        bytes.resize(s.size, 0);
    }
    Sym { name: s.name.clone(), kind: s.kind.clone(), bytes, relocs: s.relocs.clone(), lines: Vec::new(), ..*s }
}

fn is_data(s: &Sym) -> bool {
    // The assembler's own tables.
    !s.name.contains("gclocals")
        && !s.name.contains(".arginfo")
        && !s.name.contains(".args_stackmap")
        && !s.kind.starts_with("SDWARF")
        && s.kind != "SFUNCINFO"
        && !s.name.starts_with("go:")
}

fn output(cmd: &mut Command) -> Result<String, String> {
    let out = cmd.output().map_err(|e| format!("{cmd:?}: {e}"))?;
    if out.status.success() {
        Ok(String::from_utf8_lossy(&out.stdout).into_owned())
    } else {
        Err(format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr)))
    }
}

/// The source with NOSPLIT added to each function.
fn without_stack_checks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let rest = line.trim_start();
        let operands = rest.strip_prefix("TEXT").filter(|r| r.starts_with([' ', '\t']));
        let parts: Vec<&str> = operands.map(|o| o.splitn(3, ',').collect()).unwrap_or_default();
        match parts[..] {
            [name, flags, frame] => {
                // Behind a jump an undefined name may be the flag, but not part of an expression.
                let _ = write!(out, "TEXT {name}, {flags}-0|4, {frame}");
            }
            [name, frame] => {
                let _ = write!(out, "TEXT {name}, 4, {frame}");
            }
            _ => out.push_str(line),
        }
    }
    out
}

/// Reads a listing.
pub(crate) fn parse_listing(text: &str) -> Vec<Sym> {
    let mut out: Vec<Sym> = Vec::new();
    for line in text.lines() {
        let Some(rest) = line.strip_prefix('\t') else {
            let mut words = line.split(' ');
            let mut next = || words.next().unwrap_or_default();
            let name = next().to_owned();
            // FIPS code lies in sections of its own.
            let kind = next().trim_end_matches("FIPS").to_owned();
            let mut sym = Sym { name, kind, ..Sym::default() };
            for word in words {
                match word {
                    "dupok" => sym.flags.0 = true,
                    "topframe" => sym.flags.1 = true,
                    "static" => sym.flags.2 = true,
                    _ => {}
                }
                match word.split_once('=') {
                    Some(("size", v)) => sym.size = v.parse().unwrap_or(0),
                    Some(("args", "0xffffffff80000000")) => sym.args = -1,
                    Some(("args", v)) => sym.args = number(v),
                    Some(("locals", v)) => sym.locals = number(v),
                    _ => {}
                }
            }
            out.push(sym);
            continue;
        };
        let Some(sym) = out.last_mut() else { continue };
        if let Some(rel) = rest.strip_prefix("rel ") {
            if let Some(reloc) = parse_reloc(rel) {
                sym.relocs.push(reloc);
            }
        } else if rest.starts_with("0x") && rest.as_bytes().get(8).is_some_and(u8::is_ascii_hexdigit) {
            let (_, columns) = rest.split_once(' ').unwrap_or_default();
            if columns.as_bytes().get(2) == Some(&b' ') {
                let columns = &columns[..columns.len().min(48)];
                sym.bytes.extend(columns.split_whitespace().filter_map(|b| u8::from_str_radix(b, 16).ok()));
            } else if let Some((offset, line)) = parse_instruction(columns) {
                // Of several at one place the last is the one with bytes.
                if sym.lines.last().is_some_and(|l| l.0 == offset) {
                    sym.lines.pop();
                }
                sym.lines.push((offset, line));
            }
        }
    }
    out
}

/// `00005 (source.s:7)<tab>MOVQ …`: offset and line, none for what is no instruction.
fn parse_instruction(text: &str) -> Option<(u32, u32)> {
    let (head, instruction) = text.split_once('\t')?;
    let word = instruction.split('\t').next()?;
    if matches!(word, "TEXT" | "FUNCDATA" | "PCDATA" | "NOP" | "PCALIGN") {
        return None;
    }
    let (offset, place) = head.split_once(' ')?;
    let line = place.trim_end_matches(')').rsplit(':').next()?;
    Some((offset.parse().ok()?, line.parse().ok()?))
}

fn number(text: &str) -> i64 {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |d| (true, d));
    let value = digits.strip_prefix("0x").map_or_else(|| digits.parse(), |h| i64::from_str_radix(h, 16));
    value.map_or(0, |v| if negative { -v } else { v })
}

fn parse_reloc(text: &str) -> Option<(u32, RelocKind, String, i64)> {
    let mut words = text.split(' ');
    let offset = words.next()?.split('+').next()?.parse().ok()?;
    let (kind, bias) = match words.next()? {
        "t=R_PCREL" => (RelocKind::Pc32, 4),
        "t=R_CALL" => (RelocKind::Call, 4),
        "t=R_ADDR" => (RelocKind::Abs64, 0),
        "t=R_TLS_LE" => (RelocKind::Tls32, 0),
        _ => return None,
    };
    let target = words.next()?;
    // `name+8` or `name+-1`.
    let (name, addend) = target.rsplit_once('+')?;
    Some((offset, kind, name.to_owned(), number(addend) - bias))
}

fn relocs(list: &[Reloc]) -> Vec<(u32, RelocKind, String, i64)> {
    list.iter().map(|r| (r.offset, r.kind, r.target.name.clone(), r.addend)).collect()
}

fn flags(flags: Flags, symbol: &Symbol) -> (bool, bool, bool) {
    // Constants of instructions are found by their contents there.
    let dupok = flags.has(Flags::DUPOK) && !symbol.name.starts_with('$');
    (dupok, flags.has(Flags::TOPFRAME), symbol.local.is_some())
}

fn symbols(object: &Object) -> (Vec<Sym>, Vec<Sym>) {
    let texts = object.texts.iter().map(|t| Sym {
        name: t.symbol.name.clone(),
        kind: "STEXT".into(),
        size: t.code.len(),
        locals: i64::from(t.frame) + if t.saves_bp { 8 } else { 0 },
        args: t.args.map_or(-1, i64::from),
        flags: flags(t.flags, &t.symbol),
        bytes: t.code.clone(),
        lines: t.lines.iter().map(|l| (l.offset, l.line)).collect(),
        relocs: relocs(&t.relocs),
    });
    let data = object.data.iter().map(|d| {
        let filled = !d.bytes.is_empty();
        let kind = match () {
            () if d.flags.has(Flags::RODATA) => "SRODATA",
            () if d.flags.has(Flags::NOPTR) && filled => "SNOPTRDATA",
            () if d.flags.has(Flags::NOPTR) => "SNOPTRBSS",
            () if filled => "SDATA",
            () => "SBSS",
        };
        let mut bytes = d.bytes.clone();
        if filled {
            bytes.resize(d.size as usize, 0);
        }
        Sym {
            name: d.symbol.name.clone(),
            kind: kind.into(),
            size: d.size as usize,
            flags: flags(d.flags, &d.symbol),
            bytes,
            relocs: relocs(&d.relocs),
            ..Sym::default()
        }
    });
    (texts.collect(), data.collect())
}

fn decode(bytes: &[u8]) -> Vec<String> {
    let mut formatter = IntelFormatter::new();
    let mut decoder = Decoder::with_ip(64, bytes, 0, 0);
    let mut out = Vec::new();
    while decoder.can_decode() {
        let instruction = decoder.decode();
        let mut text = format!("{:04x} ", instruction.ip());
        formatter.format(&instruction, &mut text);
        out.push(text);
    }
    out
}

/// Whether all but the lines is equal.
fn same(got: &Sym, want: &Sym) -> bool {
    let rest = |s: &Sym| (s.size, s.locals, s.args, s.flags);
    rest(got) == rest(want) && got.bytes == want.bytes && got.relocs == want.relocs && wrong_line(got, want).is_none()
}

/// The first instruction with another line.
fn wrong_line(got: &Sym, want: &Sym) -> Option<String> {
    for &(offset, line) in &want.lines {
        let row = got.lines.iter().rev().find(|l| l.0 <= offset)?;
        if row.1 != line && (offset as usize) < want.size {
            return Some(format!("got line {} at {offset:x}, want {line}", row.1));
        }
    }
    None
}

/// The first difference of two functions, none if they have the same instructions.
fn difference(got: &Sym, want: &Sym) -> Option<String> {
    let (g, w) = (decode(&got.bytes), decode(&want.bytes));
    for (g, w) in g.iter().zip(&w) {
        if g != w {
            return Some(format!("got {g}, want {w}"));
        }
    }
    if g.len() != w.len() {
        return Some(format!("got {} instructions, want {}", g.len(), w.len()));
    }
    for (g, w) in got.relocs.iter().zip(&want.relocs) {
        if g != w {
            return Some(format!("got relocation {g:?}, want {w:?}"));
        }
    }
    if got.relocs.len() != want.relocs.len() {
        return Some(format!("got {} relocations, want {}", got.relocs.len(), want.relocs.len()));
    }
    if let Some(line) = wrong_line(got, want) {
        return Some(line);
    }
    if got.flags != want.flags {
        return Some(format!("got flags {:?}, want {:?}", got.flags, want.flags));
    }
    if (got.args, got.locals) != (want.args, want.locals) {
        return Some(format!("got frame {} {}, want {} {}", got.locals, got.args, want.locals, want.args));
    }
    None
}
