package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// Standard input holds one command in a line: "restart" restarts ICE, "delete" ends the session; its end ends the program. Lines out,
// each with the status of the HTTP request: {"event":"opened"}, "trickled", "restarted", "deleted"; without one: "connected".

const (
	sdpType      = "application/sdp"
	fragmentType = "application/trickle-ice-sdpfrag"
	anyTag       = "*"
)

var client = &http.Client{Timeout: 15 * time.Second}

// resource is the session that an offer opened: where it is and how it is named now.
type resource struct {
	address string // of the endpoint, and of the session once it is open
	token   string
	tag     string
	answer  string
}

func (r *resource) send(method, address, kind, match, body string) (*http.Response, string, error) {
	request, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		return nil, "", err
	}
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	if match != "" {
		request.Header.Set("If-Match", match)
	}
	if r.token != "" {
		request.Header.Set("Authorization", "Bearer "+r.token)
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return response, string(text), err
}

// open posts an offer and keeps what the answer tells of the session.
func (r *resource) open(offer string) error {
	response, text, err := r.send(http.MethodPost, r.address, sdpType, "", offer)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusCreated {
		return fmt.Errorf("the offer was answered with %s: %s", response.Status, text)
	}
	if kind := response.Header.Get("Content-Type"); kind != sdpType {
		return errors.New("the answer is " + kind)
	}
	location, err := response.Location() // resolved against the address asked
	if err != nil {
		return err
	}
	r.address, r.tag, r.answer = location.String(), response.Header.Get("ETag"), text
	say(line{Event: "opened", Status: response.StatusCode, Text: response.Header.Get("Location")})
	return nil
}

// patch sends a fragment and says what became of it.
func (r *resource) patch(event, match, fragment string) (*http.Response, string, error) {
	response, text, err := r.send(http.MethodPatch, r.address, fragmentType, match, fragment)
	if err == nil {
		say(line{Event: event, Status: response.StatusCode})
	}
	return response, text, err
}

// remove ends the session, and asks for it again: it must be gone.
func (r *resource) remove() error {
	for i := 0; i < 2; i++ {
		response, _, err := r.send(http.MethodDelete, r.address, "", "", "")
		if err != nil {
			return err
		}
		say(line{Event: "deleted", Status: response.StatusCode})
	}
	return nil
}

func commands() <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		input := bufio.NewScanner(os.Stdin)
		for input.Scan() {
			lines <- input.Text()
		}
	}()
	return lines
}

// valueOf finds the first attribute of a name in a description or fragment.
func valueOf(description, name string) string {
	for _, l := range strings.Split(description, "\n") {
		if l = strings.TrimSpace(l); strings.HasPrefix(l, "a="+name+":") {
			return strings.TrimPrefix(l, "a="+name+":")
		}
	}
	return ""
}
