package main

import (
	"embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

//go:embed sim
var simFiles embed.FS

// Patterns of what the simulated package cannot have: directives that only package
// runtime may use, and declarations without bodies.
var (
	directives = regexp.MustCompile(`(?m)^//go:(linkname|linknamestd|nowritebarrier|nowritebarrierrec|yeswritebarrierrec|systemstack|noescape|uintptrkeepalive|uintptrescapes|build|norace|notinheap|wasmimport)\b.*$`)
	bodyless   = regexp.MustCompile(`(?m)^func [^\n{]*\)[^\n{]*$`)
	startCalls = regexp.MustCompile(`(?m)^\s*(maps\.AlgInit\(\)|cpu\.Initialize\(godebug\)|x86Has.*cpu\.X86.*|"internal/runtime/maps"|"internal/cpu")$`)
)

// simulate compiles package runtime of the overlay as an ordinary package
// internal/simrt with gc, over the externs of sim/, runs sim/scenarios and compares
// what it prints with sim/want.txt.
func (c *checker) simulate() error {
	dir, err := os.MkdirTemp("", "simrt")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	replace := map[string]string{}
	put := func(pkg, name, text string) {
		p := filepath.Join(dir, strings.ReplaceAll(pkg, "/", "_")+"_"+name)
		os.WriteFile(p, []byte(text), 0o666)
		replace[filepath.Join(c.goroot, "src", pkg, name)] = p
	}
	for _, file := range c.selected("runtime") {
		name := filepath.Base(file)
		if strings.HasPrefix(name, "map") || strings.HasPrefix(name, "badlinkname") || name == "linkname_shim.go" {
			continue // maps are those of the host
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		text := strings.Replace(string(data), "\npackage runtime\n", "\npackage simrt\n", 1)
		text = bodyless.ReplaceAllString(directives.ReplaceAllString(text, ""), "")
		if name == "proc.go" {
			text = startCalls.ReplaceAllString(text, "")
		}
		put("internal/simrt", name, text)
	}
	for _, name := range []string{"externs.go", "scenarios.go", "main.go"} {
		text, err := simFiles.ReadFile("sim/" + name + ".txt")
		if err != nil {
			return err
		}
		pkg := "internal/simrt"
		if name == "main.go" {
			pkg = "cmd/simprog"
		}
		put(pkg, name, string(text))
	}
	table, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return err
	}
	overlay, prog := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "simprog")
	os.WriteFile(overlay, table, 0o666)
	build := exec.Command(filepath.Join(c.goroot, "bin", "go"), "build", "-overlay", overlay, "-o", prog, "cmd/simprog")
	build.Env = append(os.Environ(), "GOROOT="+c.goroot, "GOTOOLCHAIN=local", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%s%w", out, err)
	}
	out, _ := exec.Command(prog).CombinedOutput()
	want, err := simFiles.ReadFile("sim/want.txt")
	if err != nil {
		return err
	}
	if !strings.HasPrefix(string(out), string(want)) {
		return fmt.Errorf("simulation printed\n%s", out)
	}
	return nil
}
