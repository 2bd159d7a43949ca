"""Many photos: folders and buckets, on all cores or all machines of a cluster."""
