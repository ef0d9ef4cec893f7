package tools

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

type Page struct {
	Title *string
	Links []string
}

type Client struct{ Base string }

func Title(page *Page) string { return strings.TrimSpace(*page.Title) }

func (p *Page) Link(n int) string { return p.Links[n] }

func (p Page) Window(from, to int) []string { return p.Links[from:to] }

func (c *Client) Get(url string) (*Page, error) {
	if strings.Contains(url, "down") {
		return nil, fmt.Errorf("get %q: connect: connection refused", url)
	}
	return &Page{}, nil
}

func (c *Client) MustGet(url string) *Page {
	page, err := c.Get(url)
	if err != nil {
		panic(err)
	}
	return page
}

func Decode(text string) map[string]int {
	var into map[string]int
	if err := json.Unmarshal([]byte(text), &into); err != nil {
		panic(fmt.Errorf("decode plan: %w", err))
	}
	return into
}

func Pattern(text string) *regexp.Regexp { return regexp.MustCompile(text) }

func Kind(value any) int { return value.(int) }

func Validate(url string) {
	if !strings.HasPrefix(url, "http") {
		panic(fmt.Sprintf("not a URL: %q", url))
	}
	if len(url) > 20 {
		panic("URL is too long")
	}
}
