package orders

import (
	"errors"
	"fmt"
	"strconv"
)

var ErrClosed = errors.New("the market is closed")

type Line struct {
	SKU    string
	Amount int
}

type Order struct {
	ID    string
	Lines []Line
	Buyer *Buyer
}

type Buyer struct{ Name string }

type Service struct{ orders map[string]*Order }

type Refused struct {
	Order string
	Code  int
}

func (r *Refused) Error() string { return fmt.Sprintf("order %s refused with code %d", r.Order, r.Code) }

func (s *Service) Place(order *Order) {
	if len(order.Lines) == 0 {
		panic(fmt.Errorf("order %s has no lines", order.ID))
	}
	for _, line := range order.Lines {
		if line.Amount < 0 {
			panic(fmt.Errorf("order %s: amount %d of %s", order.ID, line.Amount, line.SKU))
		}
	}
	s.orders[order.ID] = order
}

func (s *Service) Cancel(id string) string { return s.orders[id].Buyer.Name }
func (s *Service) Refund(id string) []Line { return s.orders[id].Lines }

func Pay(id string, code int) {
	if err := charge(id, code); err != nil {
		panic(err)
	}
}

func charge(id string, code int) error {
	if code > 100 {
		return ErrClosed
	}
	return &Refused{id, code}
}

func Amount(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	return n
}

func Last[T any](items []T) T { return items[len(items)-1] }

func Each[T any](items []T, do func(T)) {
	for _, item := range items {
		do(item)
	}
}
