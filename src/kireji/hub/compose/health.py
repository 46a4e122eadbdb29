"""`python -m kireji.hub.compose.health URL`: a container's health check; 0 if the page is there."""

import sys
import urllib.request

if __name__ == "__main__":
    sys.exit(urllib.request.urlopen(sys.argv[1], timeout=5).status != 200)
