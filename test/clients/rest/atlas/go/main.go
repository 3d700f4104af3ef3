// Asks a gateway as people's programs do: MongoDB's own Go client over its digest transport, each call of third-party integrations once, and prints what came of each.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/mongodb-forks/digest"
	"go.mongodb.org/atlas/mongodbatlas"
)

type outcome struct {
	Step    string
	Status  int
	Code    string
	Total   int
	Types   []string
	Results []*mongodbatlas.ThirdPartyIntegration
}

func main() {
	transport := digest.NewTransport(os.Getenv("ATLAS_PUBLIC"), os.Getenv("ATLAS_PRIVATE"))
	http, err := transport.Client()
	must(err)
	client, err := mongodbatlas.New(http, mongodbatlas.SetBaseURL(os.Getenv("ATLAS_URL")))
	must(err)
	ctx, group := context.Background(), os.Getenv("ATLAS_GROUP")
	key, other := os.Getenv("ATLAS_KEY"), os.Getenv("ATLAS_OTHER_KEY")

	made, response, err := client.Integrations.Create(ctx, group, "DATADOG", &mongodbatlas.ThirdPartyIntegration{Type: "DATADOG", APIKey: key, Region: "EU"})
	tell("create", made, response, err)
	made, response, err = client.Integrations.Create(ctx, group, "PAGER_DUTY", &mongodbatlas.ThirdPartyIntegration{Type: "PAGER_DUTY", ServiceKey: other})
	tell("create second", made, response, err)
	_, response, err = client.Integrations.Create(ctx, group, "DATADOG", &mongodbatlas.ThirdPartyIntegration{Type: "DATADOG", APIKey: key})
	tell("create again", nil, response, err)
	one, response, err := client.Integrations.Get(ctx, group, "DATADOG")
	tell("get", &mongodbatlas.ThirdPartyIntegrations{Results: []*mongodbatlas.ThirdPartyIntegration{one}}, response, err)
	made, response, err = client.Integrations.Replace(ctx, group, "DATADOG", one)
	tell("replace with what was read", made, response, err)
	made, response, err = client.Integrations.Replace(ctx, group, "SLACK", &mongodbatlas.ThirdPartyIntegration{Type: "SLACK", APIToken: "xoxb-a-token", ChannelName: "alerts"})
	tell("replace what is not there", made, response, err)
	_, response, err = client.Integrations.Replace(ctx, group, "PAGER_DUTY", &mongodbatlas.ThirdPartyIntegration{Type: "PAGER_DUTY", ServiceKey: "short"})
	tell("replace with a bad key", nil, response, err)
	made, response, err = client.Integrations.List(ctx, group)
	tell("list", made, response, err)
	response, err = client.Integrations.Delete(ctx, group, "SLACK")
	tell("delete", nil, response, err)
	_, response, err = client.Integrations.Get(ctx, group, "SLACK")
	tell("get what is gone", nil, response, err)
}

func tell(step string, list *mongodbatlas.ThirdPartyIntegrations, response *mongodbatlas.Response, err error) {
	told := outcome{Step: step}
	if response != nil && response.Response != nil {
		told.Status = response.StatusCode
	}
	var failure *mongodbatlas.ErrorResponse
	if errors.As(err, &failure) {
		told.Code = failure.ErrorCode
	} else {
		must(err)
	}
	if list != nil {
		told.Total = list.TotalCount
		told.Results = list.Results
		for _, one := range list.Results {
			told.Types = append(told.Types, one.Type)
		}
	}
	text, err := json.Marshal(told)
	must(err)
	fmt.Println(string(text))
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
