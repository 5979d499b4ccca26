/*
 * test: the unit tests, run in the kernel itself.
 */
#include <ktest.h>
#include <lib/printk.h>
#include <monitor/monitor.h>

#define DEFAULT_SEED 0x6b383936ULL /* "k896" */

static int test_command(int argc, char **argv)
{
	const char *suite = NULL;
	u64 seed = DEFAULT_SEED;
	int failed;

	if (argc > 3)
		return monitor_usage();
	if (argc > 1 && argv[1][0] != '\0')
		suite = argv[1];
	if (argc > 2 && !monitor_parse_number(argv[2], "SEED", 0, ~0ULL, &seed))
		return 1;

	failed = ktest_run(suite, seed);
	if (failed < 0)
		console_printf("test: %.64s: no such suite\n", suite ? suite : "");
	return failed ? 1 : 0;
}
MONITOR_COMMAND(
    test, test_command, "test [SUITE] [SEED]", "run the unit tests",
    "Runs one suite, or all of them, and prints KTAP. Random tests follow\n"
    "SEED and print it, so that a failure can be seen again. A suite of \"\"\n"
    "means all.");
