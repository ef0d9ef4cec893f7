// The patterns and time layouts of filebeat.yml, read as Filebeat reads them: with Go's own libraries.
//
//	go run filebeat.go < filebeat.json
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"time"
)

func main() {
	var found struct{ Patterns, Layouts, Times []string }
	if err := json.NewDecoder(os.Stdin).Decode(&found); err != nil {
		fmt.Println("  no input:", err)
		os.Exit(2)
	}
	problems := 0
	for _, pattern := range found.Patterns {
		if _, err := regexp.Compile(pattern); err != nil {
			fmt.Printf("  %q is no pattern: %v\n", pattern, err)
			problems++
		}
	}
	for _, text := range found.Times {
		read := false
		for _, layout := range found.Layouts {
			if _, err := time.Parse(layout, text); err == nil {
				read = true
			}
		}
		if !read {
			fmt.Printf("  no layout reads the time %s\n", text)
			problems++
		}
	}
	if problems > 0 || len(found.Patterns) == 0 || len(found.Times) == 0 {
		os.Exit(1)
	}
}
