// The client that many Go programs of Elasticsearch 7 still have, unmodified, with its defaults: it looks for the
// nodes of the cluster before anything else (sniffing) and ends a scroll at a path with a slash at its end.
//
// Nothing here knows Swarmscope.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"github.com/olivere/elastic/v7"
)

func sniffing(t *testing.T) *elastic.Client {
	t.Helper()
	client, err := elastic.NewClient(elastic.SetURL(os.Getenv("SWARMSCOPE_ELASTIC")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Stop)
	return client
}

func TestOlivereShipsAndReadsBack(t *testing.T) {
	client, index := sniffing(t), newIndex(t)
	processor, err := client.BulkProcessor().Workers(2).BulkActions(100).
		FlushInterval(time.Second).Stats(true).Do(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for number := range make([]struct{}, 1_000) {
		processor.Add(elastic.NewBulkIndexRequest().Index(index).Id(fmt.Sprint(number)).Doc(event(number)))
	}
	if err := processor.Close(); err != nil {
		t.Fatal(err)
	}
	if stats := processor.Stats(); stats.Succeeded != 1_000 || stats.Failed != 0 {
		t.Fatalf("succeeded %d, failed %d", stats.Succeeded, stats.Failed)
	}
	if _, err := client.Refresh(index).Do(ctx); err != nil {
		t.Fatal(err)
	}
	failed := elastic.NewTermQuery("severity.keyword", "ERROR")
	reply, err := client.Search(index).Query(failed).Sort("@timestamp", false).Size(1).Do(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if reply.TotalHits() != 100 {
		t.Fatalf("found %d", reply.TotalHits())
	}
}

func TestOlivereScrollsAndEndsIt(t *testing.T) {
	client, index := sniffing(t), newIndex(t)
	bulk := client.Bulk().Index(index).Refresh("true")
	for number := range make([]struct{}, 250) {
		bulk.Add(elastic.NewBulkIndexRequest().Doc(event(number)))
	}
	if _, err := bulk.Do(ctx); err != nil {
		t.Fatal(err)
	}
	scroll, found, last := client.Scroll(index).Size(100), 0, ""
	for {
		page, err := scroll.Do(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		found, last = found+len(page.Hits.Hits), page.ScrollId
	}
	if found != 250 {
		t.Fatalf("found %d", found)
	}
	cleared, err := client.ClearScroll(last).Do(ctx)
	if err != nil || !cleared.Succeeded {
		t.Fatalf("not ended: %v", err)
	}
}

func TestOlivereWaitsForHealth(t *testing.T) {
	client := sniffing(t)
	if err := client.WaitForYellowStatus("5s"); err != nil {
		t.Fatal(err)
	}
	rows, err := client.CatShards().Do(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if row.Shard != 0 {
			t.Fatalf("a shard of another number: %+v", row)
		}
	}
}
