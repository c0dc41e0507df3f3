// Frontend measures go/scanner, go/parser and go/types on one thread, on packages whose import paths and
// files come on standard input, a package a line, imported packages first (bench_frontend --files).
package main

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"log"
	"os"
	"runtime"
	"strings"
	"time"
)

type unit struct {
	path  string
	names []string
	texts [][]byte
	files []*ast.File
}

// found is the importer: what has been checked already.
type found map[string]*types.Package

func (f found) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	for _, p := range []string{path, "vendor/" + path} {
		if pkg := f[p]; pkg != nil {
			return pkg, nil
		}
	}
	return nil, fmt.Errorf("%s has not been checked", path)
}

func main() {
	runtime.GOMAXPROCS(1)
	var units []*unit
	lines := 0
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		words := strings.Fields(in.Text())
		u := &unit{path: words[0], names: words[1:]}
		for _, name := range u.names {
			text, err := os.ReadFile(name)
			if err != nil {
				log.Fatal(err)
			}
			lines += strings.Count(string(text), "\n")
			u.texts = append(u.texts, text)
		}
		units = append(units, u)
	}
	const rounds = 3
	var best [3]time.Duration
	errors := 0
	for range rounds {
		keep := func(i int, start time.Time) {
			if d := time.Since(start); best[i] == 0 || d < best[i] {
				best[i] = d
			}
		}
		start := time.Now()
		set := token.NewFileSet()
		for _, u := range units {
			for i, text := range u.texts {
				var s scanner.Scanner
				s.Init(set.AddFile(u.names[i], -1, len(text)), text, nil, 0)
				for {
					if _, tok, _ := s.Scan(); tok == token.EOF {
						break
					}
				}
			}
		}
		keep(0, start)

		start = time.Now()
		set = token.NewFileSet()
		for _, u := range units {
			u.files = nil
			for i, text := range u.texts {
				f, err := parser.ParseFile(set, u.names[i], text, parser.SkipObjectResolution)
				if err != nil {
					log.Fatal(err)
				}
				u.files = append(u.files, f)
			}
		}
		keep(1, start)

		start = time.Now()
		errors = 0
		done := found{}
		config := types.Config{
			Importer: done,
			Sizes:    types.SizesFor("gc", runtime.GOARCH),
			Error:    func(error) { errors++ },
		}
		for _, u := range units {
			info := &types.Info{
				Types:      map[ast.Expr]types.TypeAndValue{},
				Instances:  map[*ast.Ident]types.Instance{},
				Defs:       map[*ast.Ident]types.Object{},
				Uses:       map[*ast.Ident]types.Object{},
				Implicits:  map[ast.Node]types.Object{},
				Selections: map[*ast.SelectorExpr]*types.Selection{},
			}
			done[u.path], _ = config.Check(u.path, set, u.files, info)
		}
		keep(2, start)
	}
	fmt.Printf("%d packages, %d lines, %d errors, best of %d, one thread\n", len(units), lines, errors, rounds)
	for i, stage := range []string{"lex", "parse (with lexing)", "check"} {
		s := best[i].Seconds()
		fmt.Printf("%-20s %6.0f ms %8.0f k lines/s\n", stage, s*1e3, float64(lines)/s/1e3)
	}
}
