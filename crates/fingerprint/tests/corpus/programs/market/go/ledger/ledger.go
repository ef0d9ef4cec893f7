package ledger

import "sync"

type Account interface{ Balance() int }

type cash struct{ sums []int }

func (c cash) Balance() int { return c.sums[len(c.sums)-1] }

type credit struct{ limit *int }

func (c *credit) Balance() int { return *c.limit }

func Open(kind string) Account {
	switch kind {
	case "cash":
		return cash{}
	case "credit":
		return &credit{}
	}
	return nil
}

func Sum(accounts ...Account) (sum int) {
	for _, account := range accounts {
		sum += account.Balance()
	}
	return
}

func Tree(parts map[string][]string, part string) int {
	inner, ok := parts[part]
	if !ok {
		panic("part " + part + " is unknown")
	}
	n := 1
	for _, each := range inner {
		n += Tree(parts, each)
	}
	return n
}

func Concurrently(n int, do func(int)) {
	var group sync.WaitGroup
	for i := range n {
		group.Add(1)
		go func() {
			defer group.Done()
			do(i)
		}()
	}
	group.Wait()
}
