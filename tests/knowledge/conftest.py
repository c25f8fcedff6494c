from tests.fixtures_knowledge import embedder, handbook, store, word_embedder, write

__all__ = ["embedder", "handbook", "store", "word_embedder", "write"]
