package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"sync"

	"acme.dev/swarm/plan"
	"acme.dev/swarm/tools"
)

type worker struct {
	id     int
	client *tools.Client
}

func (w *worker) research(name string) { w.run(name) }
func (w *worker) writing(name string)  { w.run(name) }

func (w *worker) run(name string) {
	s := w.id
	switch name {
	case "title-nil":
		w.title(&tools.Page{})
	case "page-nil":
		w.title(nil)
	case "link-beyond":
		w.links(s)
	case "window-beyond":
		w.window(s)
	case "get-refused":
		w.crawl(fmt.Sprintf("http://down-%d/", s))
	case "publish-refused":
		w.publish(fmt.Sprintf("http://down-%d/", s))
	case "decode-broken":
		w.index("{\"a\":" + strconv.Itoa(s))
	case "decode-type":
		w.index("[" + strconv.Itoa(s) + "]")
	case "pattern-broken":
		tools.Pattern("a(" + strconv.Itoa(s))
	case "kind-string":
		tools.Kind("x")
	case "check-no-url":
		tools.Validate("ftp" + strconv.Itoa(s))
	case "check-long-url":
		tools.Validate("http://" + fmt.Sprintf("%030d", s))
	case "pool-empty":
		(&plan.Pool[string]{}).Take(s)
	case "pool-unmade":
		(&plan.Pool[int]{}).Mark("x")
	case "no-agent-at-depth":
		plan.Walk("step-"+strconv.Itoa(s), 3*s)
	case "leaf-at-depth":
		plan.Expand(&plan.Step{}, 3*s)
	case "endless":
		plan.Endless(s)
	case "share-none":
		plan.Share(s, s-s)
	case "order-nil":
		plan.Order(make([]*plan.Step, s+1))
	case "each-closure":
		plan.Each(make([]plan.Step, s), func(step plan.Step) { fmt.Println(*step.Next) })
	case "close-twice":
		plan.CloseTwice(make(chan int))
	case "send-closed":
		plan.SendClosed(make(chan int, 1))
	case "group-negative":
		plan.Wait(&sync.WaitGroup{})
	case "make-negative":
		plan.Make(s)
	case "deadlock":
		plan.Hang()
	}
}

func (w *worker) title(page *tools.Page) { fmt.Println(tools.Title(page)) }
func (w *worker) links(n int)            { (&tools.Page{Links: make([]string, n)}).Link(n + 2) }
func (w *worker) window(n int)           { tools.Page{Links: make([]string, n)}.Window(1, n+5) }
func (w *worker) crawl(url string)       { w.client.MustGet(url) }
func (w *worker) publish(url string)     { w.client.MustGet(url) }
func (w *worker) index(text string)      { tools.Decode(text) }

func guarded(run func(), recovers bool) {
	defer func() {
		if !recovers {
			return
		}
		if found := recover(); found != nil {
			fmt.Fprintf(os.Stderr, "panic: %v\n\n%s", found, debug.Stack())
		}
	}()
	run()
}

func main() {
	name := os.Args[1]
	seed, _ := strconv.Atoi(os.Args[2])
	w := &worker{id: seed}
	recovers := seed%3 == 0 && name != "endless" && name != "deadlock"
	if seed%2 == 0 && name != "deadlock" {
		done := make(chan int)
		go func() { guarded(func() { w.run(name) }, recovers); close(done) }()
		<-done
	} else {
		guarded(func() { w.run(name) }, recovers)
	}
}
