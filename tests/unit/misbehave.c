/* misbehave.c - pratu with a child that does what it must not, for
 * tests/web/test_tables.py: by the number of bytes that were sent in, MISDEEDS and
 * the n-th of misdeeds.h; any other file is read as it is. The program's main is
 * linked to this sheet_child_main(). */
#include <sys/stat.h>

#include "base/sealed.h"
#include "misdeeds.h"
#include "sheet/child.h"

enum { MISDEEDS = 1000 };

_Noreturn void __real_sheet_child_main(
    int argc, char **argv, void (*instead)(void));
_Noreturn void __wrap_sheet_child_main(
    int argc, char **argv, void (*instead)(void));

static void misbehave(void)
{
	struct stat st;

	if (fstat(STDIN_FILENO, &st) != 0)
		_exit(3);
	off_t n = st.st_size - SEALED_HEAD - SEALED_TAG - MISDEEDS;
	if (n >= 0 && n < (off_t)COUNT(misdeeds))
		_exit(misdeeds[n].does() ? 5 : 4);
	if (n == (off_t)COUNT(misdeeds))
		_exit(runs_another() ? 5 : 4);
}

_Noreturn void __wrap_sheet_child_main(
    int argc, char **argv, void (*instead)(void))
{
	(void)instead;
	__real_sheet_child_main(argc, argv, misbehave);
}
