"""What the routes are given: the service, and the caller whom the gate lets in."""

from typing import Annotated

from fastapi import Depends, Path, Request

from diptych.plugin.serve.gate import Caller
from diptych.plugin.serve.service import Service

#: A thumbnail counts less than a search for a key's rate.
_COST_OF_PICTURE = 0.05

IndexName = Annotated[str, Path(min_length=1, max_length=255, description="an index served here")]
ProductId = Annotated[str, Path(min_length=1, max_length=512, description="id of a product")]


# Dependencies are coroutines, because FastAPI would hand plain functions to a thread.
async def serving(request: Request) -> Service:
    """The service of this application."""
    service: Service = request.app.state.service
    return service


async def entered(request: Request, index: IndexName) -> Caller:
    """The caller, who may search this index."""
    caller: Caller = request.app.state.gate.enter(request, index)
    return caller


async def admitted(request: Request) -> Caller:
    """The caller, whoever may ask anything here."""
    caller: Caller = request.app.state.gate.admit(request)
    return caller


async def glancing(request: Request, index: IndexName) -> Caller:
    """The caller, who may look at pictures of this index; a page of hits shows many."""
    caller: Caller = request.app.state.gate.enter(request, index, cost=_COST_OF_PICTURE)
    return caller


Serving = Annotated[Service, Depends(serving)]
Entered = Annotated[Caller, Depends(entered)]
Glancing = Annotated[Caller, Depends(glancing)]
Admitted = Annotated[Caller, Depends(admitted)]
