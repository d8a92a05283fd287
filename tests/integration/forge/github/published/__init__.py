"""What GitHub publishes about its REST API and its webhooks, cut to what is used here."""
