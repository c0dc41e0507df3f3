// Overlaycheck assembles the standard library as gorc compiles it (SELECTION.tsv
// over the SDK's sources), type-checks it with go/types and tells which bodyless
// functions nothing satisfies. It is a tool of the developers: the compiler never
// runs it.
//
//	GOROOT=… go run . -overlay .. [-closure H|W|S] [-sim] [-v]
package main

import (
	"bufio"
	"flag"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// row is one line of SELECTION.tsv.
type row struct{ pkg, verb, name, target string }

// closures name the root packages whose imports are checked.
var closures = map[string][]string{
	"R": {"runtime"},
	"H": {"fmt", "os", "reflect", "runtime", "time"},
	"W": {"fmt", "os", "reflect", "runtime", "time", "net/http", "encoding/json", "crypto/tls"},
}

type checker struct {
	goroot, overlay, arch string
	rows                  []row
	fset                  *token.FileSet
	pkgs                  map[string]*types.Package
	files                 map[string][]*ast.File
	names                 map[*ast.File]string
	order                 []string
	errors                int
}

func main() {
	overlay := flag.String("overlay", "..", "overlay directory")
	closure := flag.String("closure", "H", "R, H, W or S (all of std)")
	arch := flag.String("arch", "amd64", "GOARCH")
	sim := flag.Bool("sim", false, "run the scheduler's scenarios on the host")
	verbose := flag.Bool("v", false, "list files and externs used")
	flag.Parse()
	c := &checker{
		goroot: build.Default.GOROOT, overlay: *overlay, arch: *arch,
		fset: token.NewFileSet(), pkgs: map[string]*types.Package{},
		files: map[string][]*ast.File{}, names: map[*ast.File]string{},
	}
	if r := os.Getenv("GOROOT"); r != "" {
		c.goroot = r
	}
	c.readSelection()
	roots := closures[*closure]
	if *closure == "S" {
		roots = c.allStd()
	}
	for _, p := range roots {
		c.load(p)
	}
	fmt.Printf("%d packages, %d errors\n", len(c.order), c.errors)
	missing := c.links(*verbose)
	if *sim {
		if err := c.simulate(); err != nil {
			fmt.Println(err)
			c.errors++
		}
	}
	if *verbose {
		for _, f := range c.files["runtime"] {
			fmt.Println("runtime file", c.names[f])
		}
	}
	if c.errors > 0 || missing > 0 {
		os.Exit(1)
	}
}

func (c *checker) readSelection() {
	for _, line := range lines(filepath.Join(c.overlay, "SELECTION.tsv")) {
		f := strings.Split(line, "\t")
		if len(f) != 5 || f[4] == "" {
			fmt.Println("SELECTION.tsv: bad row:", line)
			c.errors++
			continue
		}
		verb, arch, ok := strings.Cut(f[1], "@")
		if ok && arch != c.arch {
			continue
		}
		switch verb {
		case "keep", "drop", "add", "replace", "tags", "alias":
		default:
			fmt.Println("SELECTION.tsv: unknown verb:", line)
			c.errors++
		}
		c.rows = append(c.rows, row{f[0], verb, f[2], f[3]})
	}
}

// lines gives the lines of a table without comments and empty ones.
func lines(name string) (out []string) {
	data, err := os.ReadFile(name)
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	for _, l := range strings.Split(string(data), "\n") {
		if l != "" && !strings.HasPrefix(l, "#") {
			out = append(out, l)
		}
	}
	return out
}

func (r row) matches(path string) bool {
	if p, ok := strings.CutSuffix(r.pkg, "/..."); ok {
		return path == p || strings.HasPrefix(path, p+"/")
	}
	return r.pkg == path
}

// allStd lists every package directory of the SDK that has files to compile.
func (c *checker) allStd() (out []string) {
	src := filepath.Join(c.goroot, "src")
	filepath.Walk(src, func(p string, info os.FileInfo, err error) error {
		if err != nil || !info.IsDir() {
			return nil
		}
		rel, _ := filepath.Rel(src, p)
		base := filepath.Base(p)
		if base == "testdata" || strings.HasPrefix(base, "_") || rel == "cmd" || rel == "builtin" {
			return filepath.SkipDir
		}
		if rel != "." && len(c.selected(rel)) > 0 {
			bp, err := c.context(rel).ImportDir(p, 0)
			if err == nil && bp.Name == "main" {
				return nil
			}
			out = append(out, rel)
		}
		return nil
	})
	return out
}

func (c *checker) context(path string) *build.Context {
	ctx := build.Default
	ctx.GOROOT, ctx.GOOS, ctx.GOARCH, ctx.CgoEnabled = c.goroot, "linux", c.arch, false
	ctx.BuildTags = nil
	for _, r := range c.rows {
		if r.verb == "tags" && r.matches(path) {
			ctx.BuildTags = append(ctx.BuildTags, r.name)
		}
	}
	return &ctx
}

// selected answers the paths of the Go files to compile for a package.
func (c *checker) selected(path string) []string {
	dir := filepath.Join(c.goroot, "src", path)
	set := map[string]string{}
	list := false
	for _, r := range c.rows {
		if r.verb == "keep" && r.matches(path) {
			list = true
			set[r.name] = filepath.Join(dir, r.name)
		}
	}
	if !list {
		bp, err := c.context(path).ImportDir(dir, 0)
		if err != nil {
			if _, none := err.(*build.NoGoError); !none {
				fmt.Println(path, err)
				c.errors++
			}
			return nil
		}
		for _, f := range bp.GoFiles {
			set[f] = filepath.Join(dir, f)
		}
	}
	for _, r := range c.rows {
		if !r.matches(path) {
			continue
		}
		own := filepath.Join(c.overlay, "src", path, r.name)
		_, missing := os.Stat(own)
		switch r.verb {
		case "drop":
			delete(set, r.name)
		case "replace":
			if _, ok := set[r.name]; ok {
				set[r.name] = own
			}
		case "add":
			if missing != nil {
				own = filepath.Join(dir, r.name)
			}
			set[r.name] = own
		}
	}
	var out []string
	for _, p := range set {
		out = append(out, p)
	}
	sort.Strings(out)
	return out
}

// load parses and checks a package and what it imports.
func (c *checker) load(path string) *types.Package {
	if path == "unsafe" {
		return types.Unsafe
	}
	if p, ok := c.pkgs[path]; ok {
		return p
	}
	c.pkgs[path] = nil
	var files []*ast.File
	for _, name := range c.selected(path) {
		f, err := parser.ParseFile(c.fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			fmt.Println(err)
			c.errors++
			continue
		}
		c.names[f] = name
		files = append(files, f)
	}
	c.files[path] = files
	conf := types.Config{
		Importer: importer{c, path},
		Sizes:    types.SizesFor("gc", c.arch),
		Error: func(err error) {
			c.errors++
			if c.errors < 400 {
				fmt.Println(err)
			}
		},
	}
	p, _ := conf.Check(path, c.fset, files, nil)
	c.pkgs[path] = p
	c.order = append(c.order, path)
	return p
}

type importer struct {
	c    *checker
	from string
}

// Import resolves vendored paths and loads.
func (i importer) Import(path string) (*types.Package, error) {
	if strings.HasPrefix(path, "golang.org/") {
		path = "vendor/" + path
	}
	p := i.c.load(path)
	if p == nil {
		return nil, fmt.Errorf("import cycle or missing package %s (from %s)", path, i.from)
	}
	return p, nil
}

// need is a symbol that some package refers to without giving its body.
type need struct{ symbol, from string }

// links compares needs and definitions by link symbol.
func (c *checker) links(verbose bool) int {
	defined := map[string]string{}
	var needs []need
	linked := map[string]string{} // package-local name to symbol
	for _, path := range c.order {
		for _, f := range c.files[path] {
			for _, g := range f.Comments {
				for _, l := range g.List {
					d := strings.Fields(l.Text)
					if len(d) > 2 && (d[0] == "//go:linkname" || d[0] == "//go:linknamestd") {
						linked[path+"."+d[1]] = d[2]
					}
				}
			}
		}
	}
	symbol := func(name string) string {
		if s, ok := linked[name]; ok {
			return s
		}
		return name
	}
	for _, path := range c.order {
		for _, f := range c.files[path] {
			for _, d := range f.Decls {
				switch d := d.(type) {
				case *ast.FuncDecl:
					name := path + "." + d.Name.Name
					if d.Recv != nil {
						name = path + "." + recv(d.Recv.List[0].Type) + "." + d.Name.Name
					}
					if d.Body != nil {
						s := symbol(name)
						if old, dup := defined[s]; dup && d.Recv == nil && d.Name.Name != "init" && d.Name.Name != "_" {
							fmt.Println("defined twice:", s, old, name)
							c.errors++
						}
						defined[s] = name
						defined[name] = name
					} else {
						needs = append(needs, need{symbol(name), name})
					}
				case *ast.GenDecl:
					if d.Tok != token.VAR {
						continue
					}
					for _, sp := range d.Specs {
						for _, n := range sp.(*ast.ValueSpec).Names {
							name := path + "." + n.Name
							// A linknamed variable that nobody else defines
							// is defined, as zero, where it is declared.
							if linked[name] == "" || linked[name] == name {
								defined[name] = name
							}
						}
					}
				}
			}
		}
	}
	for _, r := range c.rows {
		if r.verb != "alias" {
			continue
		}
		if _, ok := c.pkgs[r.pkg]; ok {
			defined[r.pkg+"."+r.name] = "alias"
			needs = append(needs, need{r.target, "alias " + r.pkg + "." + r.name})
		}
	}
	defined["go:initall"], defined["main.main"] = "compiler", "program"
	externs, used := map[string]bool{}, map[string]bool{}
	for _, l := range lines(filepath.Join(c.overlay, "EXTERNS.tsv")) {
		externs[strings.Split(l, "\t")[0]] = true
	}
	intrinsics := intrinsicSet(filepath.Join(c.overlay, "check", "intrinsics.txt"))
	missing := 0
	byName := map[string]types.Object{}
	for _, path := range c.order {
		if p := c.pkgs[path]; p != nil {
			for _, n := range p.Scope().Names() {
				byName[path+"."+n] = p.Scope().Lookup(n)
			}
		}
	}
	shape := func(name string) string {
		f, ok := byName[name].(*types.Func)
		if !ok {
			return ""
		}
		sig := f.Type().(*types.Signature)
		return c.shape(sig.Params()) + " -> " + c.shape(sig.Results())
	}
	sort.Slice(needs, func(i, j int) bool { return needs[i].symbol < needs[j].symbol })
	for _, n := range needs {
		def, ok := defined[n.symbol]
		from := strings.TrimPrefix(n.from, "alias ")
		if a, b := shape(from), shape(def); ok && a != "" && b != "" && a != b {
			fmt.Println("shapes differ:", from, a, "/", def, b)
			missing++
		}
		if a := shape(n.from); externs[n.symbol] && len(strings.Split(a, " -> ")[0]) > 6 {
			fmt.Println("too many arguments for an extern:", n.from, a)
			missing++
		}
		switch {
		case ok && n.symbol != n.from:
		case externs[n.symbol]:
			used[n.symbol] = true
		case ok, intrinsics[n.symbol], intrinsics[n.from]:
		case strings.HasPrefix(n.symbol, "unsafe."):
		default:
			fmt.Println("missing:", n.symbol, "needed by", n.from)
			missing++
		}
	}
	for s := range externs {
		if !used[s] && verbose {
			fmt.Println("extern not called from Go here:", s)
		}
	}
	fmt.Printf("%d needs, %d missing, %d externs\n", len(needs), missing, len(used))
	return missing
}

// shape writes the machine form of parameters or results: one letter for a scalar
// (i integer or pointer by size, f float), a number for memory.
func (c *checker) shape(t *types.Tuple) string {
	var b strings.Builder
	sizes := types.SizesFor("gc", c.arch)
	var put func(types.Type)
	put = func(t types.Type) {
		switch u := t.Underlying().(type) {
		case *types.Basic:
			switch {
			case u.Info()&types.IsString != 0:
				b.WriteString("qq")
			case u.Info()&types.IsFloat != 0:
				b.WriteString("f")
			case u.Info()&types.IsComplex != 0:
				b.WriteString("ff")
			default:
				b.WriteByte("?bw?d???q"[sizes.Sizeof(u)])
			}
		case *types.Slice:
			b.WriteString("qqq")
		case *types.Interface:
			b.WriteString("qq")
		case *types.Struct:
			for i := range u.NumFields() {
				put(u.Field(i).Type())
			}
		case *types.Array:
			if u.Len() == 1 {
				put(u.Elem())
			} else {
				fmt.Fprint(&b, "[", sizes.Sizeof(u), "]")
			}
		default:
			b.WriteString("q")
		}
	}
	for i := range t.Len() {
		put(t.At(i).Type())
	}
	return b.String()
}

// recv writes a receiver type as gc's symbols do.
func recv(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.StarExpr:
		return "(*" + recv(t.X) + ")"
	case *ast.Ident:
		return t.Name
	case *ast.IndexExpr:
		return recv(t.X)
	case *ast.IndexListExpr:
		return recv(t.X)
	case *ast.ParenExpr:
		return recv(t.X)
	}
	return "?"
}

// intrinsicSet reads the symbols that the compiler makes itself.
func intrinsicSet(name string) map[string]bool {
	set := map[string]bool{}
	f, err := os.Open(name)
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if l := strings.TrimSpace(s.Text()); l != "" && l[0] != '#' {
			set[l] = true
		}
	}
	return set
}
