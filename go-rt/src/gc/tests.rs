//! Host tests of allocator and collector on a private heap.
use super::*;
use crate::mem::special::SpecialKind;
use crate::mem::typ::Type;

struct World {
    heap: Heap,
    cache: Box<Cache>,
    roots: Vec<usize>,
    shared: &'static Shared,
}

fn typ(size: usize, ptr_bytes: usize, mask: &'static [u8]) -> Type {
    Type {
        size,
        ptr_bytes,
        hash: 0,
        tflag: 0,
        align: 8,
        field_align: 8,
        kind: 25,
        equal: 0,
        gc_data: mask.as_ptr(),
        str_: 0,
        ptr_to_this: 0,
    }
}

impl World {
    fn new() -> World {
        let mut heap = Heap::new();
        assert!(heap.init(0, 1 << 30));
        heap.verify = true;
        let mut cache = Box::new(Cache::new());
        cache.bits_bias = heap.bits_bias();
        World { heap, cache, roots: Vec::new(), shared: Box::leak(Box::new(Shared::new())) }
    }
    fn alloc(&mut self, size: usize, t: Option<&Type>) -> usize {
        let p = unsafe { self.heap.alloc(&mut self.cache, size, t.map_or(core::ptr::null(), |t| t as *const _), true) };
        assert!(p != 0);
        for i in 0..size {
            assert_eq!(unsafe { *((p + i) as *const u8) }, 0, "size {size} byte {i}");
        }
        p
    }
    fn gc(&mut self) -> usize {
        let (lo, n) = (self.roots.as_ptr() as usize, self.roots.len());
        collect(&mut self.heap, &mut self.cache, self.shared, |m| unsafe { m.scan_range(lo, lo + n * 8) });
        self.heap.queue.len
    }
    fn live(&self, p: usize) -> bool {
        self.heap.object(p).is_some()
    }
}

unsafe fn put(p: usize, v: usize) {
    unsafe { *(p as *mut usize) = v }
}

#[test]
fn list_survives_and_the_rest_goes() {
    let node: &'static Type = Box::leak(Box::new(typ(32, 16, &[0b10])));
    let mut w = World::new();
    let mut head = 0;
    for i in 0..50_000 {
        let p = w.alloc(32, Some(node));
        unsafe {
            put(p, w.roots.len() + i);
            put(p + 8, head);
        }
        head = p;
        w.alloc(48, Some(node)); // dead
    }
    w.roots = vec![head + 5]; // interior
    w.gc();
    assert_eq!(w.heap.live, 50_000 * 32);
    let mut n = 0;
    let mut p = head;
    while p != 0 {
        assert!(w.live(p));
        n += 1;
        p = unsafe { *((p + 8) as *const usize) };
    }
    assert_eq!(n, 50_000);
    w.roots.clear();
    w.gc();
    assert_eq!(w.heap.live, 0);
    assert_eq!(w.heap.inuse_pages, 0);
}

#[test]
fn every_size_scans_its_pointers() {
    // Words 1 and 3 of 5 are pointers.
    let t: &'static Type = Box::leak(Box::new(typ(40, 32, &[0b01010])));
    let mut w = World::new();
    let mut held = Vec::new();
    for n in (1..=70).chain([100, 500, 820, 5000, 30_000]) {
        let p = w.alloc(n * 40, Some(t));
        for k in 0..n {
            let (a, b) = (w.alloc(24, None), w.alloc(24, None));
            unsafe {
                put(p + k * 40 + 8, a);
                put(p + k * 40 + 24, b + 16);
            }
            let dead = w.alloc(24, None);
            unsafe { put(p + k * 40 + 16, dead) };
            held.push((a, b, dead));
        }
        w.roots.push(p);
    }
    w.gc();
    for (a, b, dead) in held {
        assert!(w.live(a) && w.live(b) && !w.live(dead));
    }
}

#[test]
fn random_churn_with_stress() {
    let node: &'static Type = Box::leak(Box::new(typ(24, 24, &[0b111])));
    let big: &'static Type = Box::leak(Box::new(typ(1024, 1024, &[0xff; 16])));
    let mut w = World::new();
    w.heap.stress = 500;
    w.heap.stress_left = 500;
    w.roots = vec![0; 64];
    let mut x = 1u64;
    for _ in 0..60_000 {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        if w.heap.want_gc(0) {
            w.gc();
        }
        let r = (x >> 8) as usize % 64;
        let p = match x % 9 {
            0 => w.alloc(1024, Some(big)),
            1 => w.alloc(1 + (x >> 20) as usize % 15, None),
            2 => w.alloc(1 + (x >> 20) as usize % 60_000, None),
            _ => w.alloc(24, Some(node)),
        };
        if (3..=8).contains(&(x % 9)) {
            unsafe { put(p + 8, w.roots[(x >> 30) as usize % 64]) };
        }
        w.roots[r] = p;
    }
    w.roots.clear();
    w.gc();
    assert_eq!(w.heap.live, 0);
    let c = &w.heap.counters;
    assert_eq!(c.mallocs.iter().sum::<u64>(), c.frees.iter().sum::<u64>());
    assert_eq!(c.large_alloc_bytes, c.large_free_bytes);
}

#[test]
fn finalizer_resurrects_once_weak_clears_cleanup_comes_last() {
    let node: &'static Type = Box::leak(Box::new(typ(32, 32, &[0b1111])));
    let mut w = World::new();
    let (p, q) = (w.alloc(32, Some(node)), w.alloc(32, Some(node)));
    unsafe { put(p, q) };
    let (rf, rc) = (w.alloc(32, Some(node)), w.alloc(32, Some(node)));
    assert!(w.heap.add_special(p, SpecialKind::Finalizer, rf) != 0);
    assert!(w.heap.add_special(p + 8, SpecialKind::Cleanup, rc) != 0);
    let h = w.heap.weak_handle(&mut w.cache, p);
    assert_eq!(w.heap.weak_handle(&mut w.cache, p), h);
    w.roots = vec![p, h];
    assert_eq!(w.gc(), 0);
    assert_eq!(unsafe { *(h as *const usize) }, p);
    w.roots = vec![h];
    assert_eq!(w.gc(), 1);
    assert_eq!(unsafe { *(h as *const usize) }, 0);
    assert!(w.live(p) && w.live(q) && w.live(rf) && w.live(rc));
    let e = w.heap.queue.pop().unwrap();
    assert_eq!((e.kind, e.object, e.rec), (0, p, rf));
    assert_eq!(w.gc(), 1);
    assert!(!w.live(p) && !w.live(q) && w.live(rc));
    let e = w.heap.queue.pop().unwrap();
    assert_eq!((e.kind, e.rec), (1, rc));
    w.gc();
    assert!(!w.live(rc));
}

#[test]
fn churn_of_large_objects_returns_memory() {
    let mut w = World::new();
    for _ in 0..2000 {
        if w.heap.want_gc(1 << 20) {
            w.gc();
        }
        w.alloc(1 << 20, None);
    }
    assert!(w.heap.pages.top - w.heap.pages.lo < 16 << 20);
}

#[test]
fn several_threads_mark_what_one_does() {
    let node: &'static Type = Box::leak(Box::new(typ(32, 16, &[0b11])));
    let mut w = World::new();
    w.heap.verify = false;
    // A random graph of 400,000 nodes, of which a part is reachable, and a deep tree.
    let nodes: Vec<usize> = (0..400_000).map(|_| w.alloc(32, Some(node))).collect();
    let mut x = 99u64;
    for &n in &nodes {
        for k in 0..2 {
            x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            if x >> 62 != 0 {
                unsafe { put(n + 8 * k, nodes[(x >> 20) as usize % nodes.len()]) };
            }
        }
    }
    let mut seen = std::collections::HashSet::new();
    let mut todo = vec![nodes[0], nodes[1]];
    while let Some(n) = todo.pop() {
        if n != 0 && seen.insert(n) {
            unsafe { todo.extend([*(n as *const usize), *((n + 8) as *const usize)]) };
        }
    }
    w.roots = vec![nodes[0], nodes[1]];
    for _ in 0..10 {
        w.gc();
        assert_eq!(w.heap.live, seen.len() * 32);
    }
    assert!(nodes.iter().all(|&n| w.live(n) == seen.contains(&n)));
}
