// Writes templates.jsonl: what Prometheus itself makes of each template on its
// standard input, a JSON string a line. In a module of its own that requires github.com/prometheus/prometheus:
//
//	go run expand.go <templates >templates.jsonl
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/template"
)

func main() {
	u, _ := url.Parse("http://prometheus.example.org/prefix")
	q := func(_ context.Context, q string, _ time.Time) (promql.Vector, error) {
		mk := func(i string, v float64) promql.Sample {
			return promql.Sample{Metric: labels.FromStrings("__name__", "up", "instance", i), F: v}
		}
		switch q {
		case "up":
			return promql.Vector{mk("b", 1), mk("a", 0)}, nil
		case "none":
			return nil, nil
		}
		return nil, fmt.Errorf("no such query: %s", q)
	}
	defs := []string{"{{$labels := .Labels}}", "{{$externalLabels := .ExternalLabels}}", "{{$externalURL := .ExternalURL}}", "{{$value := .Value}}"}
	sc := bufio.NewScanner(os.Stdin)
	for sc.Scan() {
		var t string
		if err := json.Unmarshal(sc.Bytes(), &t); err != nil {
			panic(err)
		}
		data := template.AlertTemplateData(map[string]string{"instance": "host.example.org:9100", "job": "node"}, map[string]string{"cluster": "eu"}, u.String(), promql.Sample{F: 1234.5678})
		e := template.NewTemplateExpander(context.Background(), strings.Join(append(defs, t), ""), "__alert_Test", data, model.Time(1700000000123), q, u, nil)
		r, err := e.Expand()
		if err != nil {
			r = err.Error()
			r = strings.TrimPrefix(r, "error executing template __alert_Test: ")
			r = strings.TrimPrefix(r, "error parsing template __alert_Test: ")
		}
		b, _ := json.Marshal([]string{t, r})
		fmt.Println(strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(string(b), `\u003c`, "<"), `\u003e`, ">"), `\u0026`, "&"))
	}
}
