// Start and end of the program: runtime.main, processors, exit hooks, settings
// from the environment.

package runtime

import (
	"internal/cpu"
	"internal/runtime/atomic"
	"internal/runtime/exithook"
	"internal/runtime/maps"
	"internal/strconv"
	"unsafe"
)

// initall runs the initialisers of all packages in order; made by the compiler.
//
//go:linkname initall go:initall
func initall()

//go:linkname main_main main.main
func main_main()

var gomaxprocs int32

// CPU features that compiled code may test inline.
var x86HasPOPCNT, x86HasSSE41, x86HasFMA, x86HasAVX bool

// main is the main goroutine.
func main() {
	schedinit()
	osargsinit()
	godebug := gogetenv("GODEBUG")
	if godebug != "" {
		p := new(string)
		*p = godebug
		godebugEnv.Store(p)
	}
	parsedebugvars(godebugDefault)
	parsedebugvars(godebug)
	randinit()
	cpu.Initialize(godebug)
	x86HasPOPCNT, x86HasSSE41 = cpu.X86.HasPOPCNT, cpu.X86.HasSSE41
	x86HasFMA, x86HasAVX = cpu.X86.HasFMA, cpu.X86.HasAVX
	maps.AlgInit()
	mp := getg().m
	mrandinit(mp)
	gorcItabsinit()
	ticks.startTime = nanotime()
	ticks.startTicks = cputicks()
	runtimeInitTime = ticks.startTime
	crashFD.Store(^uintptr(0))
	settingsinit()

	initall()
	main_main()

	if runningPanicDefers.Load() != 0 {
		// Let a dying goroutine win.
		for range 1000 {
			if runningPanicDefers.Load() == 0 {
				break
			}
			Gosched()
		}
	}
	if panicking.Load() != 0 {
		gopark(nil, nil, waitReasonPanicWait, traceBlockForever, 1)
	}
	runExitHooks(0)
	exit(0)
}

// runtimeInitTime is nanotime at start.
var runtimeInitTime int64

// settingsinit reads what the environment says of collector, processors, traces.
func settingsinit() {
	ncpu = getCPUCount()
	gomaxprocs = ncpu
	allp = append(allp, &m0p)
	if n, err := strconv.ParseInt(gogetenv("GOMAXPROCS"), 10, 32); err == nil && n > 0 {
		gomaxprocs = int32(n)
	}
	setTraceback(gogetenv("GOTRACEBACK"))
	traceback_env = traceback_cache
	if p := gogetenv("GOGC"); p == "off" {
		setgcpercent1(-1)
	} else if n, err := strconv.ParseInt(p, 10, 32); err == nil {
		setgcpercent1(int32(n))
	}
	if p := gogetenv("GOMEMLIMIT"); p != "" && p != "off" {
		n, ok := parseByteCount(p)
		if !ok {
			print("GOMEMLIMIT=", p, "\n")
			throw("malformed GOMEMLIMIT; see `go doc runtime/debug.SetMemoryLimit`")
		}
		setmemorylimit1(n)
	}
}

// debug holds the GODEBUG settings that the runtime itself has.
var debug struct {
	panicnil           atomic.Int32
	tracebacklabels    atomic.Int32
	sbrk               int32
	inittrace          int32
	asyncpreemptoff    int32
	invalidptr         int32
	tracebackancestors int32
	checkfinalizers    int32
	freegctrace        int32
}

func parsedebugvars(s string) {
	for s != "" {
		field := s
		for i := 0; i < len(s); i++ {
			if s[i] == ',' {
				field = s[:i]
				break
			}
		}
		s = s[min(len(field)+1, len(s)):]
		if len(field) > 9 && field[:9] == "panicnil=" {
			if n, err := strconv.Atoi(field[9:]); err == nil {
				debug.panicnil.Store(int32(n))
			}
		}
	}
}

func reparsedebugvars(env string) {
	debug.panicnil.Store(0)
	parsedebugvars(godebugDefault)
	parsedebugvars(env)
}

func runExitHooks(code int) {
	exithook.Gosched = Gosched
	exithook.Goid = goid
	exithook.Throw = throw
	exithook.Run(code)
}

func goid() uint64 { return getg().goid }

//go:linkname os_beforeExit os.runtime_beforeExit
func os_beforeExit(exitCode int) { runExitHooks(exitCode) }

// GOMAXPROCS sets the number that it returned from then on, if n > 0. Go code
// runs on one thread whatever it is.
func GOMAXPROCS(n int) int {
	old := int(gomaxprocs)
	if n > 0 {
		gomaxprocs = int32(n)
	}
	return old
}

// SetDefaultGOMAXPROCS goes back to the number of CPUs.
func SetDefaultGOMAXPROCS() { gomaxprocs = ncpu }

func defaultGOMAXPROCSUpdateGODEBUG() {}

// NumCPU is the number of CPUs that the program may use.
func NumCPU() int { return int(ncpu) }

// NumCgoCall counts calls of C code.
func NumCgoCall() int64 { return 0 }

// Breakpoint executes a trap.
func Breakpoint() { raise(5) }

// modinfo and its like are set by the compiler driver, as by a linker's -X.
var modinfo string

//go:linkname debug_modinfo runtime/debug.modinfo
func debug_modinfo() string { return modinfo }

// Limits that have no meaning with one thread.

var maxmcount int = 10000

//go:linkname setMaxThreads runtime/debug.setMaxThreads
func setMaxThreads(in int) int {
	old := maxmcount
	maxmcount = in
	return old
}

//go:linkname setPanicOnFault runtime/debug.setPanicOnFault
func setPanicOnFault(new bool) bool {
	gp := getg()
	old := gp.paniconfault
	gp.paniconfault = new
	gp.flags &^= gflagPanicOnFault
	if new {
		gp.flags |= gflagPanicOnFault
	}
	return old
}

// gflagPanicOnFault is the bit of g.flags that Rust's handler looks at.
const gflagPanicOnFault = 4

//go:linkname fips_getIndicator crypto/internal/fips140.getIndicator
func fips_getIndicator() uint8 { return getg().fipsIndicator }

//go:linkname fips_setIndicator crypto/internal/fips140.setIndicator
func fips_setIndicator(i uint8) { getg().fipsIndicator = i }

//go:linkname plugin_lastmoduleinit plugin.lastmoduleinit
func plugin_lastmoduleinit() (path string, syms map[string]any, initTasks []unsafe.Pointer, errstr string) {
	return "", nil, nil, "plugins are not supported"
}
