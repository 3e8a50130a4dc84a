/* no_sync.c - preloaded, it answers every sync at once: shows what durable
 * records cost. For bench/run alone. */
int fsync(int);
int fdatasync(int);

int fsync(int fd)
{
	(void)fd;
	return 0;
}

int fdatasync(int fd)
{
	(void)fd;
	return 0;
}
