/*
 * test: the unit tests, run in the kernel itself.
 */
#include <ktest.h>
#include <lib/printk.h>
#include <monitor/monitor.h>

#define DEFAULT_SEED 0x6b383936ULL /* "k896" */

static int test_command(int argc, char **argv)
{
	const char *name = NULL;
	u64 seed = DEFAULT_SEED;
	int failed;

	if (argc > 3)
		return monitor_usage();
	if (argc > 1 && argv[1][0] != '\0')
		name = argv[1];
	if (argc > 2 && !monitor_parse_number(argv[2], "SEED", 0, ~0ULL, &seed))
		return 1;

	failed = ktest_run(name, seed);
	if (failed < 0)
		console_printf("test: %.128s: no such suite or case\n", name ? name : "");
	return failed ? 1 : 0;
}
MONITOR_COMMAND(
    test, test_command, "test [SUITE[.CASE]] [SEED]", "run the unit tests",
    "Runs one suite, one case of it, or all suites, and prints KTAP. Random\n"
    "tests follow SEED and print it, so that a failure can be seen again. A\n"
    "suite of \"\" means all.");
