from tests.fixtures_knowledge import embedder, store, word_embedder, write

__all__ = ["embedder", "store", "word_embedder", "write"]
