// epoll behind the SDK's netpoll.go. Besides it keeps, for sysblock.go, which
// descriptors never block: those in the poller and files on disk.

package runtime

import (
	"internal/runtime/atomic"
	"internal/runtime/syscall/linux"
	"unsafe"
)

var (
	epfd           int32 = -1
	netpollEventFd uintptr
	netpollWakeSig atomic.Uint32 // a wake-up has been written and not yet read
	nonblocking    [4096 / 64]uint64
)

func netpollinit() {
	fd, errno := linux.EpollCreate1(linux.EPOLL_CLOEXEC)
	if errno != 0 {
		println("runtime: epollcreate failed with", errno)
		throw("runtime: netpollinit failed")
	}
	efd, errno := linux.Eventfd(0, linux.EFD_CLOEXEC|linux.EFD_NONBLOCK)
	if errno != 0 {
		println("runtime: eventfd failed with", errno)
		throw("runtime: eventfd failed")
	}
	ev := linux.EpollEvent{Events: linux.EPOLLIN}
	if errno = linux.EpollCtl(fd, linux.EPOLL_CTL_ADD, efd, &ev); errno != 0 {
		println("runtime: epollctl failed with", errno)
		throw("runtime: epollctl failed")
	}
	epfd = fd
	netpollEventFd = uintptr(efd)
	sigwakefd(efd)
}

func netpollIsPollDescriptor(fd uintptr) bool {
	return epfd >= 0 && (fd == uintptr(epfd) || fd == netpollEventFd)
}

// setNonblocking notes whether system calls on fd return at once.
func setNonblocking(fd uintptr, yes bool) {
	if fd < uintptr(len(nonblocking)*64) {
		nonblocking[fd/64] &^= 1 << (fd % 64)
		if yes {
			nonblocking[fd/64] |= 1 << (fd % 64)
		}
	}
}

func isNonblocking(fd uintptr) bool {
	return fd < uintptr(len(nonblocking)*64) && nonblocking[fd/64]>>(fd%64)&1 != 0
}

func netpollopen(fd uintptr, pd *pollDesc) uintptr {
	const errPerm = 1
	ev := linux.EpollEvent{Events: linux.EPOLLIN | linux.EPOLLOUT | linux.EPOLLRDHUP | linux.EPOLLET}
	*(*taggedPointer)(unsafe.Pointer(&ev.Data)) = taggedPointerPack(unsafe.Pointer(pd), pd.fdseq.Load())
	errno := linux.EpollCtl(epfd, linux.EPOLL_CTL_ADD, int32(fd), &ev)
	setNonblocking(fd, errno == 0 || errno == errPerm)
	return errno
}

func netpollclose(fd uintptr) uintptr {
	var ev linux.EpollEvent
	setNonblocking(fd, false)
	return linux.EpollCtl(epfd, linux.EPOLL_CTL_DEL, int32(fd), &ev)
}

func netpollarm(pd *pollDesc, mode int) { throw("runtime: unused") }

// netpollBreak makes a netpoll that waits return.
func netpollBreak() {
	if !netpollWakeSig.CompareAndSwap(0, 1) {
		return
	}
	one := uint64(1)
	for write(netpollEventFd, noescape(unsafe.Pointer(&one)), 8) == -_EINTR {
	}
}

// wakeNetPoller is for other Ms that wait; the one M finds new timers itself.
func wakeNetPoller(when int64) {}

// netpoll collects goroutines whose descriptors are ready, waiting up to delay ns
// (0 not at all, < 0 without end), and how much the number of waiters changes.
func netpoll(delay int64) (gList, int32) {
	var toRun gList
	if epfd == -1 {
		return toRun, 0
	}
	waitms := int32(-1)
	switch {
	case delay == 0:
		waitms = 0
	case delay > 0 && delay < 1e15:
		waitms = int32((delay + 999999) / 1e6)
	case delay > 0:
		waitms = 1e9
	}
	var events [64]linux.EpollEvent
	n, errno := linux.EpollWait(epfd, events[:], int32(len(events)), waitms)
	if errno != 0 {
		if errno != _EINTR {
			println("runtime: epollwait on fd", epfd, "failed with", errno)
			throw("runtime: netpoll failed")
		}
		return toRun, 0
	}
	delta := int32(0)
	for i := range events[:n] {
		ev := &events[i]
		if ev.Events == 0 {
			continue
		}
		tp := *(*taggedPointer)(unsafe.Pointer(&ev.Data))
		pd := (*pollDesc)(tp.pointer())
		if pd == nil {
			var one uint64
			read(int32(netpollEventFd), noescape(unsafe.Pointer(&one)), 8)
			netpollWakeSig.Store(0)
			continue
		}
		var mode int32
		if ev.Events&(linux.EPOLLIN|linux.EPOLLRDHUP|linux.EPOLLHUP|linux.EPOLLERR) != 0 {
			mode += 'r'
		}
		if ev.Events&(linux.EPOLLOUT|linux.EPOLLHUP|linux.EPOLLERR) != 0 {
			mode += 'w'
		}
		if mode != 0 && pd.fdseq.Load() == tp.tag() {
			pd.setEventErr(ev.Events == linux.EPOLLERR, tp.tag())
			delta += netpollready(&toRun, pd, mode)
		}
	}
	return toRun, delta
}
