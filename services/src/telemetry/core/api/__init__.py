"""The reader routes, over the `Reader` port: whoever keeps history serves the same API from here.

`service` puts it together: `hot` answers the newest values of one device ahead of FastAPI, `routes` all the rest;
`access` says who may read, `parameters` and `cursors` parse what they ask, `answers` is where a cache may stand.
"""
