"""The demo's `files` server: a small bundled folder, read-only. Run as `python -m tui.demo.files_server`."""

from importlib import resources
from importlib.resources.abc import Traversable

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import BaseModel, Field

READ_ONLY = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)


class FoundFile(BaseModel):
    """One file of the folder."""

    path: str = Field(description="Path inside the folder")
    size: int = Field(description="Bytes")


class Listing(BaseModel):
    """All files of the folder."""

    files: list[FoundFile]


class Line(BaseModel):
    """A line that matches."""

    path: str
    line: int
    text: str


class Matches(BaseModel):
    """What a search found."""

    pattern: str
    matches: list[Line]


class Folder:
    """The bundled files, and the tools over them."""

    def __init__(self) -> None:
        self._files = bundled_files()

    def text_of(self, path: str) -> str:
        """Returns a file's text. Raises ToolError naming the files there are."""
        if path not in self._files:
            raise ToolError(f"There is no file {path!r}. Files: {', '.join(self._files)}")
        return self._files[path].read_text(encoding="utf-8")

    def list_files(self) -> Listing:
        """Lists all files of the folder with their size in bytes."""
        return Listing(files=[self.file_info(path) for path in self._files])

    def read_file(self, path: str) -> str:
        """Reads one text file of the folder. The path is one that list_files gave."""
        return self.text_of(path)

    def search_files(self, pattern: str) -> Matches:
        """Finds the lines of all files that contain the given text, whatever its case."""
        wanted = pattern.casefold()
        matches = [
            Line(path=path, line=number, text=line)
            for path in self._files
            for number, line in enumerate(self.text_of(path).splitlines(), start=1)
            if wanted in line.casefold()
        ]
        return Matches(pattern=pattern, matches=matches)

    def file_info(self, path: str) -> FoundFile:
        """Tells a file's size in bytes."""
        return FoundFile(path=path, size=len(self.text_of(path).encode()))

    def readme(self) -> str:
        """What this folder is."""
        return self.text_of("README.md")


def summarise_file(path: str) -> str:
    """Asks for a summary of one file."""
    return f"Read the file {path} and summarise it in three sentences."


def bundled_files() -> dict[str, Traversable]:
    """Returns the bundled files by path, sorted."""
    found: dict[str, Traversable] = {}
    waiting: list[tuple[str, Traversable]] = [("", resources.files("tui.demo") / "folder")]
    while waiting:
        prefix, directory = waiting.pop()
        for child in directory.iterdir():
            path = f"{prefix}{child.name}"
            if child.is_dir():
                waiting.append((f"{path}/", child))
            else:
                found[path] = child
    return dict(sorted(found.items()))


def build() -> MCPServer:
    """Returns the server with its tools, resources and prompt."""
    folder = Folder()
    server = MCPServer(
        "mcp-tui demo files",
        version="1.0.0",
        instructions="A small folder of text files. Nothing here can be changed.",
        log_level="WARNING",
    )
    server.add_tool(folder.list_files, title="List files", annotations=READ_ONLY)
    server.add_tool(folder.read_file, title="Read a file", annotations=READ_ONLY, structured_output=False)
    server.add_tool(folder.search_files, title="Search in files", annotations=READ_ONLY)
    server.add_tool(folder.file_info, title="About a file", annotations=READ_ONLY)
    server.resource("demo://readme", title="About the demo folder", mime_type="text/markdown")(folder.readme)
    server.resource("demo://folder/{path}", title="A file of the demo folder", mime_type="text/plain")(folder.read_file)
    server.prompt(title="Summarise a file")(summarise_file)
    return server


if __name__ == "__main__":
    build().run("stdio")
