package main

import (
	"fmt"
	"os"
	"strconv"

	"example.com/market/ledger"
	"example.com/market/orders"
)

func chain(n int) map[string][]string {
	parts := map[string][]string{}
	for i := range n {
		parts[fmt.Sprint("p", i)] = []string{fmt.Sprint("p", i+1)}
	}
	return parts
}

func handle(name string, n int) {
	id := fmt.Sprintf("O-%06d", n*7919)
	service := &orders.Service{}
	switch name {
	case "order-empty":
		service.Place(&orders.Order{ID: id})
	case "order-negative":
		service.Place(&orders.Order{ID: id, Lines: []orders.Line{{SKU: "S", Amount: -n}}})
	case "order-unmade":
		service.Place(&orders.Order{ID: id, Lines: make([]orders.Line, n)})
	case "cancel-unknown":
		service.Cancel(id)
	case "refund-unknown":
		service.Refund(id)
	case "pay-refused":
		orders.Pay(id, n)
	case "pay-closed":
		orders.Pay(id, 100+n)
	case "amount-text":
		orders.Amount(fmt.Sprint("x", n))
	case "last-of-none":
		orders.Last([]int{})
	case "last-order-of-none":
		orders.Last([]*orders.Order{})
	case "each-fails":
		orders.Each(make([]*orders.Order, n), func(order *orders.Order) { fmt.Println(order.ID) })
	case "cash-empty":
		ledger.Sum(ledger.Open("cash"))
	case "credit-unlimited":
		ledger.Sum(ledger.Open("credit"))
	case "account-unknown":
		ledger.Sum(ledger.Open("x"))
	case "part-missing":
		ledger.Tree(chain(3*n), "p0")
	case "worker-fails":
		ledger.Concurrently(1, func(i int) { _ = []int{}[i+n] })
	}
}

func main() {
	n, _ := strconv.Atoi(os.Args[2])
	handle(os.Args[1], n)
}
