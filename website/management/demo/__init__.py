"""The demo's loader: plain files from demo/, carried out through the services that users use."""
