package plan

import (
	"fmt"
	"sort"
	"sync"
)

type Step struct {
	Name string
	Next *Step
	Cost int
}

type Pool[T any] struct {
	items []T
	seen  map[string]int
}

func (p *Pool[T]) Take(n int) T { return p.items[n] }

func (p *Pool[T]) Mark(name string) { p.seen[name]++ }

func Walk(step string, depth int) {
	if depth == 0 {
		panic(fmt.Sprintf("step %s has no agent", step))
	}
	Walk(step, depth-1)
}

func Expand(step *Step, depth int) int {
	if depth == 0 {
		return step.Next.Cost
	}
	return visit(step, depth-1)
}

func visit(step *Step, depth int) int { return Expand(step, depth) }

func Endless(n int) int { return endlessChild(n+1) + 1 }

func endlessChild(n int) int { return Endless(n) + 1 }

func Share(total, parts int) int { return total / parts }

func Order(steps []*Step) {
	sort.Slice(steps, func(a, b int) bool { return steps[a].Cost < steps[b].Cost })
}

func Each(steps []Step, visit func(Step)) {
	for _, step := range steps {
		visit(step)
	}
}

func CloseTwice(c chan int) {
	close(c)
	close(c)
}

func SendClosed(c chan int) {
	close(c)
	c <- 1
}

func Wait(group *sync.WaitGroup) { group.Done() }

func Hang() {
	var lock sync.Mutex
	lock.Lock()
	lock.Lock()
}

func Make(n int) []int { return make([]int, -n) }
