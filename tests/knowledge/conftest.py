from tests.fixtures_knowledge import embedder, handbook, store, word_embedder, write
from tests.fixtures_site import site

__all__ = ["embedder", "handbook", "site", "store", "word_embedder", "write"]
