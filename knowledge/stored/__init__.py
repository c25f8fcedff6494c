"""What `knowledge.store.Store` can do, a subject a file: each adds its methods to `StoreFile`."""
