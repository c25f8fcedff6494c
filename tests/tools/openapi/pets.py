"""An API whose document FastAPI writes: what a company's own service looks like."""

from enum import StrEnum
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field


class Status(StrEnum):
    available = "available"
    sold = "sold"


class Category(BaseModel):
    name: str
    parent: "Category | None" = None


class Pet(BaseModel):
    name: str = Field(max_length=40, description="What it is called.")
    status: Status = Status.available
    tags: list[str] = []
    category: Category | None = None
    price: float | None = Field(default=None, ge=0)
    code: str | int | None = None


def make_app() -> tuple[FastAPI, list[Request]]:
    """The app, and the requests it has seen."""
    app, seen = FastAPI(), list[Request]()

    @app.get("/pets")
    async def list_pets(  # pyright: ignore[reportUnusedFunction]
        request: Request,
        status: Status | None = None,
        limit: int = 1_000,
        tags: Annotated[list[str] | None, Query()] = None,
        x_request_id: Annotated[str | None, Header()] = None,
    ) -> list[Pet]:
        """Find pets by status."""
        seen.append(request)
        return [Pet(name=f"pet {n}", tags=tags or []) for n in range(min(limit, 300))]

    @app.post("/pets/")
    async def create_pet(pet: Pet, request: Request) -> Pet:  # pyright: ignore[reportUnusedFunction]
        """Put a pet up for sale."""
        seen.append(request)
        return pet

    @app.get("/pets/{pet_id}/page", response_class=HTMLResponse)
    async def page(pet_id: int) -> str:  # pyright: ignore[reportUnusedFunction]
        """Show a page."""
        return "<html>hello</html>"

    @app.delete("/pets/{pet_id}")
    async def sell(pet_id: int) -> None:  # pyright: ignore[reportUnusedFunction]
        """Take a pet off the market."""
        raise HTTPException(status_code=pet_id)

    return app, seen
