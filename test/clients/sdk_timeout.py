"""The lead API's SDK and a gateway whose store answers its first read of an integration too late."""

import os

from pycarlo.core import Query
from sdk_session import case, client, end


def name_of_warehouse():
    operation = Query()
    operation.get_warehouse(uuid=os.environ["WAREHOUSE"]).name()
    return client(operation).get_warehouse.name


case("a request that took too long is sent again by the SDK itself, and answered", lambda: name_of_warehouse() == "hooks")
end()
