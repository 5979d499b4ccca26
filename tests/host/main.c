/*
 * The unit tests as a program: [--seed S] [--list] [--verbose] [SUITE[.CASE]...]
 *
 * Exits 0 if all passed, 1 if a case failed, 2 if it was called wrongly. Without
 * --seed every run has its own; the suites that use it print it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ktest.h"
#include "machine.h"

#include <lib/printk.h>
#include <sched/sched.h>

#define EXIT_USAGE 2

static void write_stdout(const char *text, size_t len)
{
	fwrite(text, 1, len, stdout);
	fflush(stdout);
}

static void write_stderr(const char *text, size_t len)
{
	fwrite(text, 1, len, stderr);
}

/* Shows what the code under test prints. */
static struct console stderr_console = {
    .name = "stderr",
    .write = write_stderr,
    .enabled = true,
};

static u64 seed_from_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (u64)now.tv_sec << 32 ^ (u64)now.tv_nsec;
}

static u64 seed_from_text(const char *text)
{
	char *end;
	u64 seed;

	errno = 0;
	seed = strtoull(text, &end, 0);
	if (errno || end == text || *end) {
		fprintf(stderr, "--seed: '%s' is not a number\n", text);
		exit(EXIT_USAGE);
	}
	return seed;
}

/* Returns the number of failed cases. */
static int run_suite(const char *suite, u64 seed)
{
	int failed = ktest_run(suite, seed);

	if (failed < 0) {
		fprintf(stderr, "no suite or case '%s'; --list shows them\n", suite);
		exit(EXIT_USAGE);
	}
	return failed;
}

int main(int argc, char **argv)
{
	u64 seed = seed_from_clock();
	int failed = 0;
	int i;

	ktest_write = write_stdout;
	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
			seed = seed_from_text(argv[++i]);
		} else if (strcmp(argv[i], "--list") == 0) {
			ktest_list();
			return EXIT_SUCCESS;
		} else if (strcmp(argv[i], "--verbose") == 0) {
			register_console(&stderr_console);
		} else {
			fprintf(
			    stderr,
			    "usage: %s [--seed S] [--list] [--verbose] [SUITE[.CASE]...]\n",
			    argv[0]);
			return EXIT_USAGE;
		}
	}

	host_machine_init();
	sched_init();
	scheduler_running = true;
	if (i == argc)
		failed = run_suite(NULL, seed);
	for (; i < argc; i++)
		failed += run_suite(argv[i], seed);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
