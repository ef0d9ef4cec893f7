// The official Elasticsearch client for Go, unmodified, against the server at SWARMSCOPE_ELASTIC.
//
// Nothing here knows Swarmscope: the same file passes against Elasticsearch itself.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/elastic/go-elasticsearch/v8"
	"github.com/elastic/go-elasticsearch/v8/esapi"
	"github.com/elastic/go-elasticsearch/v8/esutil"
	"github.com/elastic/go-elasticsearch/v8/typedapi/types"
	"github.com/elastic/go-elasticsearch/v8/typedapi/types/enums/result"
	"github.com/elastic/go-elasticsearch/v8/typedapi/types/enums/sortorder"
)

var ctx = context.Background()

func configuration() elasticsearch.Config {
	return elasticsearch.Config{Addresses: []string{os.Getenv("SWARMSCOPE_ELASTIC")}, CompressRequestBody: true}
}

func typed(t *testing.T) *elasticsearch.TypedClient {
	t.Helper()
	client, err := elasticsearch.NewTypedClient(configuration())
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func newIndex(t *testing.T) string {
	t.Helper()
	name := fmt.Sprintf("go-%d", time.Now().UnixNano())
	client := typed(t)
	t.Cleanup(func() {
		if _, err := client.Indices.Delete(name).IgnoreUnavailable(true).Do(ctx); err != nil {
			t.Error(err)
		}
	})
	return name
}

func event(number int) map[string]any {
	severity := "INFO"
	if number%10 == 0 {
		severity = "ERROR"
	}
	return map[string]any{
		"@timestamp": time.Date(2026, 1, 31, 0, number, 0, 0, time.UTC).Format(time.RFC3339),
		"severity":   severity,
		"message":    fmt.Sprintf("Task %d finished", number),
		"metadata":   map[string]any{"duration_ms": number},
	}
}

// filled has a thousand events in a new index, written by the BulkIndexer.
func filled(t *testing.T) string {
	t.Helper()
	index := newIndex(t)
	client, err := elasticsearch.NewClient(configuration())
	if err != nil {
		t.Fatal(err)
	}
	indexer, err := esutil.NewBulkIndexer(esutil.BulkIndexerConfig{
		Client: client, Index: index, NumWorkers: 3, FlushBytes: 20_000, Refresh: "true",
	})
	if err != nil {
		t.Fatal(err)
	}
	var succeeded atomic.Int64
	for number := range 1000 {
		body, _ := json.Marshal(event(number))
		err := indexer.Add(ctx, esutil.BulkIndexerItem{
			Action:     "index",
			DocumentID: strconv.Itoa(number),
			Body:       bytes.NewReader(body),
			OnSuccess: func(context.Context, esutil.BulkIndexerItem, esutil.BulkIndexerResponseItem) {
				succeeded.Add(1)
			},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := indexer.Close(ctx); err != nil {
		t.Fatal(err)
	}
	stats := indexer.Stats()
	if stats.NumFailed != 0 || stats.NumFlushed != 1000 || stats.NumCreated+stats.NumIndexed != 1000 || stats.NumRequests < 2 {
		t.Fatalf("%+v", stats)
	}
	if succeeded.Load() != 1000 {
		t.Fatalf("%d told as succeeded", succeeded.Load())
	}
	return index
}

func TestInfo(t *testing.T) {
	info, err := typed(t).Info().Do(ctx)
	if err != nil || !strings.HasPrefix(info.Version.Int, "8.") || info.Tagline != "You Know, for Search" {
		t.Fatal(info, err)
	}
	if alive, err := typed(t).Ping().Do(ctx); !alive || err != nil {
		t.Fatal(alive, err)
	}
}

func TestBulkIndexerTellsEachFailure(t *testing.T) {
	index := newIndex(t)
	client, err := elasticsearch.NewClient(configuration())
	if err != nil {
		t.Fatal(err)
	}
	indexer, err := esutil.NewBulkIndexer(esutil.BulkIndexerConfig{Client: client, Index: index, NumWorkers: 1})
	if err != nil {
		t.Fatal(err)
	}
	var failures []int
	add := func(action, id, body string) {
		item := esutil.BulkIndexerItem{
			Action: action, DocumentID: id,
			OnFailure: func(_ context.Context, _ esutil.BulkIndexerItem, reply esutil.BulkIndexerResponseItem, _ error) {
				failures = append(failures, reply.Status)
			},
		}
		if body != "" {
			item.Body = strings.NewReader(body)
		}
		if err := indexer.Add(ctx, item); err != nil {
			t.Fatal(err)
		}
	}
	add("create", "1", `{"n":1}`)
	add("create", "1", `{"n":2}`)
	add("update", "none", `{"doc":{"n":2}}`)
	add("update", "1", `{"doc":{"m":2}}`)
	add("delete", "other", "")
	if err := indexer.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(failures) != "[409 404 404]" {
		t.Fatal(failures)
	}
	read, err := typed(t).Get(index, "1").Do(ctx)
	if err != nil || string(read.Source_) != `{"n":1,"m":2}` {
		t.Fatal(string(read.Source_), err)
	}
}

func TestDocuments(t *testing.T) {
	client, index := typed(t), newIndex(t)
	made, err := client.Index(index).Id("a").Document(event(1)).Do(ctx)
	if err != nil || made.Result != result.Created || made.Version_ != 1 {
		t.Fatal(made, err)
	}
	changed, err := client.Update(index, "a").Doc(map[string]any{"n": 5}).Do(ctx)
	if err != nil || changed.Result != result.Updated {
		t.Fatal(changed, err)
	}
	var refused *types.ElasticsearchError
	_, err = client.Create(index, "a").Document(event(1)).Do(ctx)
	if !errors.As(err, &refused) || refused.Status != 409 || refused.ErrorCause.Type != "version_conflict_engine_exception" {
		t.Fatal(err)
	}
	found, err := client.Mget().Index(index).Ids("a", "none").Do(ctx)
	if err != nil || len(found.Docs) != 2 {
		t.Fatal(found, err)
	}
	gone, err := client.Delete(index, "a").Do(ctx)
	if err != nil || gone.Result != result.Deleted {
		t.Fatal(gone, err)
	}
	if there, err := client.Exists(index, "a").Do(ctx); there || err != nil {
		t.Fatal(there, err)
	}
	_, err = client.Search().Index("go-nothing").Do(ctx)
	if !errors.As(err, &refused) || refused.Status != 404 || refused.ErrorCause.Type != "index_not_found_exception" {
		t.Fatal(err)
	}
}

func TestSearch(t *testing.T) {
	client, index := typed(t), filled(t)
	size, interval, field := 3, "6h", "metadata.duration_ms"
	severity, stamp := "severity.keyword", "@timestamp"
	found, err := client.Search().Index(index).Size(size).TrackTotalHits(true).
		Query(&types.Query{Bool: &types.BoolQuery{Filter: []types.Query{
			{Term: map[string]types.TermQuery{severity: {Value: "ERROR"}}},
			{Range: map[string]types.RangeQuery{stamp: map[string]any{"gte": "2026-01-31", "lt": "2026-01-31||+12h"}}},
		}}}).
		Sort(types.SortOptions{SortOptions: map[string]types.FieldSort{stamp: {Order: &sortorder.Desc}}}).
		Aggregations(map[string]types.Aggregations{
			"hours": {
				DateHistogram: &types.DateHistogramAggregation{Field: &stamp, FixedInterval: interval},
				Aggregations: map[string]types.Aggregations{
					"severities": {Terms: &types.TermsAggregation{Field: &severity}},
				},
			},
			"slowest": {Max: &types.MaxAggregation{Field: &field}},
			"quantiles": {Percentiles: &types.PercentilesAggregation{
				Field: &field, Percents: []types.Float64{50, 95},
			}},
		}).Do(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if found.Hits.Total.Value != 72 || len(found.Hits.Hits) != 3 || *found.Hits.Hits[0].Id_ != "710" {
		t.Fatalf("%+v", found.Hits)
	}
	hours := found.Aggregations["hours"].(*types.DateHistogramAggregate).Buckets.([]types.DateHistogramBucket)
	if len(hours) != 2 || hours[0].DocCount != 36 || *hours[0].KeyAsString != "2026-01-31T00:00:00.000Z" {
		t.Fatalf("%+v", hours)
	}
	severities := hours[1].Aggregations["severities"].(*types.StringTermsAggregate).Buckets.([]types.StringTermsBucket)
	if len(severities) != 1 || severities[0].Key != "ERROR" || severities[0].DocCount != 36 {
		t.Fatalf("%+v", severities)
	}
	if slowest := *found.Aggregations["slowest"].(*types.MaxAggregate).Value; slowest != 710 {
		t.Fatal(slowest)
	}
	if _, told := found.Aggregations["quantiles"].(*types.TDigestPercentilesAggregate); !told {
		t.Fatalf("%T", found.Aggregations["quantiles"])
	}
}

func TestPointInTimeAndScroll(t *testing.T) {
	client, index := typed(t), filled(t)
	opened, err := client.OpenPointInTime(index).KeepAlive("1m").Do(ctx)
	if err != nil {
		t.Fatal(err)
	}
	seen, after := map[string]bool{}, []types.FieldValue(nil)
	for {
		search := client.Search().Size(300).Pit(&types.PointInTimeReference{Id: opened.Id, KeepAlive: "1m"}).
			Sort(types.SortOptions{SortOptions: map[string]types.FieldSort{"@timestamp": {}}})
		if after != nil {
			search = search.SearchAfter(after...)
		}
		page, err := search.Do(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Hits.Hits) == 0 {
			break
		}
		for _, hit := range page.Hits.Hits {
			seen[*hit.Id_] = true
		}
		after = page.Hits.Hits[len(page.Hits.Hits)-1].Sort
	}
	closed, err := client.ClosePointInTime().Id(opened.Id).Do(ctx)
	if err != nil || !closed.Succeeded || len(seen) != 1000 {
		t.Fatal(closed, err, len(seen))
	}
	page, err := client.Search().Index(index).Scroll("1m").Size(400).Do(ctx)
	if err != nil {
		t.Fatal(err)
	}
	hits, scroll := len(page.Hits.Hits), page.ScrollId_
	for {
		next, err := client.Scroll().ScrollId(*scroll).Scroll("1m").Do(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if len(next.Hits.Hits) == 0 {
			break
		}
		hits, scroll = hits+len(next.Hits.Hits), next.ScrollId_
	}
	if hits != 1000 {
		t.Fatal(hits)
	}
}

func TestLowLevelRequests(t *testing.T) {
	index := filled(t)
	client, err := elasticsearch.NewClient(configuration())
	if err != nil {
		t.Fatal(err)
	}
	requests := map[string]esapi.Request{
		`"count":100`:         esapi.CountRequest{Index: []string{index}, Query: "severity:ERROR"},
		`"acknowledged":true`: esapi.IndicesPutMappingRequest{Index: []string{index}, Body: strings.NewReader(`{"properties":{"level":{"type":"keyword"}}}`)},
		`"docs.count":"1000"`: esapi.CatIndicesRequest{Index: []string{index}, Format: "json"},
		`"timed_out":false`:   esapi.ClusterHealthRequest{},
		`"aggregatable":true`: esapi.FieldCapsRequest{Index: []string{index}, Fields: []string{"severity.keyword"}},
		`"relation":"eq"`:     esapi.SearchRequest{Index: []string{index}, Query: "message:finished", FilterPath: []string{"hits.total"}},
		`"deleted":900`:       esapi.DeleteByQueryRequest{Index: []string{index}, Body: strings.NewReader(`{"query":{"term":{"severity.keyword":"INFO"}}}`)},
	}
	for expected, request := range requests {
		if expected == `"deleted":900` {
			continue // Last, because the others count what it deletes.
		}
		tell(t, client, request, expected)
	}
	tell(t, client, requests[`"deleted":900`], `"deleted":900`)
}

func tell(t *testing.T, client *elasticsearch.Client, request esapi.Request, expected string) {
	t.Helper()
	reply, err := request.Do(ctx, client)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	var text bytes.Buffer
	if _, err := text.ReadFrom(reply.Body); err != nil {
		t.Fatal(err)
	}
	if reply.IsError() || !strings.Contains(text.String(), expected) {
		t.Errorf("%T: %s lacks %s", request, text.String(), expected)
	}
}
