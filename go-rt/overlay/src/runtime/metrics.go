// runtime/metrics: the values that are known here; all others read as zero of
// their kind, histograms as empty ones.

package runtime

import "unsafe"

// metricSample and metricValue have the layout of runtime/metrics.
type metricSample struct {
	name  string
	value metricValue
}

type metricValue struct {
	kind    int
	scalar  uint64
	pointer unsafe.Pointer
}

const (
	metricKindBad = iota
	metricKindUint64
	metricKindFloat64
	metricKindFloat64Histogram
)

type metricFloat64Histogram struct {
	counts  []uint64
	buckets []float64
}

// godebugMetrics are counters that package godebug registers.
var godebugMetrics map[string]func() uint64

//go:linkname godebug_registerMetric internal/godebug.registerMetric
func godebug_registerMetric(name string, read func() uint64) {
	if godebugMetrics == nil {
		godebugMetrics = make(map[string]func() uint64)
	}
	godebugMetrics[name] = read
}

//go:linkname readMetrics runtime/metrics.runtime_readMetrics
func readMetrics(samplesp unsafe.Pointer, n int, capacity int) {
	s := &statsbuf
	memstats1(s)
	samples := unsafe.Slice((*metricSample)(samplesp), n)
	for i := range samples {
		samples[i].value = readMetric(samples[i].name, s)
	}
}

func readMetric(name string, s *rtMemStats) metricValue {
	count := func(v uint64) metricValue { return metricValue{kind: metricKindUint64, scalar: v} }
	if read := godebugMetrics[name]; read != nil {
		return count(read())
	}
	switch name {
	case "/gc/cycles/forced:gc-cycles":
		return count(s.numForced)
	case "/gc/cycles/automatic:gc-cycles":
		return count(s.numGC - s.numForced)
	case "/gc/cycles/total:gc-cycles":
		return count(s.numGC)
	case "/gc/heap/allocs:bytes":
		return count(s.totalAlloc)
	case "/gc/heap/allocs:objects":
		return count(s.mallocs)
	case "/gc/heap/frees:bytes":
		return count(s.totalAlloc - s.heapAlloc)
	case "/gc/heap/frees:objects":
		return count(s.frees)
	case "/gc/heap/goal:bytes":
		return count(s.nextGC)
	case "/gc/heap/live:bytes", "/memory/classes/heap/objects:bytes":
		return count(s.heapAlloc)
	case "/gc/heap/objects:objects":
		return count(s.heapObjects)
	case "/memory/classes/heap/free:bytes":
		return count(s.heapIdle - s.heapReleased)
	case "/memory/classes/heap/released:bytes":
		return count(s.heapReleased)
	case "/memory/classes/heap/stacks:bytes":
		return count(s.stackInuse)
	case "/memory/classes/heap/unused:bytes":
		return count(s.heapInuse - s.heapAlloc)
	case "/memory/classes/other:bytes":
		return count(s.otherSys)
	case "/memory/classes/metadata/other:bytes":
		return count(s.gcSys)
	case "/memory/classes/total:bytes":
		return count(s.sys)
	case "/sched/gomaxprocs:threads":
		return count(uint64(gomaxprocs))
	case "/sched/goroutines:goroutines":
		return count(uint64(sched.ngs))
	case "/sched/goroutines-created:goroutines":
		return count(sched.goidgen)
	case "/sched/threads/total:threads":
		return count(1)
	}
	if len(name) < 2 || name[0] != '/' {
		return metricValue{}
	}
	unit := name
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] == ':' {
			unit = name[i+1:]
			break
		}
	}
	switch unit {
	case "cpu-seconds":
		return metricValue{kind: metricKindFloat64}
	case "seconds":
		if name != "/sync/mutex/wait/total:seconds" {
			h := &metricFloat64Histogram{counts: make([]uint64, 1), buckets: []float64{0, 1}}
			return metricValue{kind: metricKindFloat64Histogram, pointer: unsafe.Pointer(h)}
		}
		return metricValue{kind: metricKindFloat64}
	}
	if unit == name {
		return metricValue{}
	}
	return count(0)
}

//go:linkname readMetricNames runtime/metrics_test.runtime_readMetricNames
func readMetricNames() []string { return nil }
