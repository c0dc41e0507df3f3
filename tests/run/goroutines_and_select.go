package main

import (
	"fmt"
	"sync"
	"time"
)

func main() {
	jobs, results := make(chan int), make(chan int, 4)
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for j := range jobs {
				results <- j * j
			}
		}()
	}
	go func() {
		for i := range 100 {
			jobs <- i
		}
		close(jobs)
		wg.Wait()
		close(results)
	}()
	sum := 0
	for r := range results {
		sum += r
	}
	select {
	case <-results:
		fmt.Println(sum)
	case <-time.After(time.Second):
		fmt.Println("timeout")
	}
}

// Output: 328350
