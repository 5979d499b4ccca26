/*
 * The test runner: finds the cases in the linker section `ktests`, runs them
 * suite by suite and reports in KTAP (docs.kernel.org/dev-tools/ktap.html),
 * which nests the cases of a suite one level below the suite's own line.
 *
 * The registry is read-only and in the order that compiler and linker liked. The
 * order of the run is by suite, file and line: the next case is found by looking
 * through all for the smallest above the last, which needs no memory.
 *
 * A caught BUG comes back by __builtin_longjmp, the compiler's own pair that
 * needs no C library; one implementation serves kernel and host.
 */
#include "ktest.h"

#include <asm/irqflags.h>
#include <lib/bug.h>
#include <lib/preempt.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <lib/vsprintf.h>
#include <sched/sched.h>

#define LINE_SIZE   512
#define INDENT      "    "
#define JUMP_WORDS  5 /* what __builtin_setjmp needs */
#define DECIMAL_MAX 9 /* above this a value is shown in hexadecimal too */

extern const struct ktest *const __start_ktests[];
extern const struct ktest *const __stop_ktests[];

#define for_each_ktest(pos) for (pos = __start_ktests; pos < __stop_ktests; pos++)

void (*ktest_write)(const char *text, size_t len) = console_write;

static struct {
	u64 seed;
	const char *only; /* the one case that runs; NULL: all of the suite */
	bool seed_shown;  /* in this suite */
	bool failed;     /* the running case */
	const char *skipped;
	bool warning_expected;
	unsigned int warnings; /* expected ones seen */
	unsigned int nr_passed;
	unsigned int nr_failed;
	unsigned int nr_skipped;
} run;

static void **bug_jump;
static struct task_struct *bug_task; /* who expects it */

static void __printf(1, 2) print(const char *fmt, ...)
{
	char line[LINE_SIZE];
	va_list args;
	int len;

	va_start(args, fmt);
	len = vscnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	ktest_write(line, (size_t)len);
}

/* Writes the text with "# " before each of its lines. */
static void print_diagnostic(const char *text)
{
	while (*text) {
		const char *end = strchr(text, '\n');
		size_t len = end ? (size_t)(end - text) : strlen(text);

		ktest_write(INDENT "# ", strlen(INDENT "# "));
		ktest_write(text, len);
		ktest_write("\n", 1);
		text += len + (end ? 1 : 0);
	}
}

void ktest_printf(const char *fmt, ...)
{
	char text[LINE_SIZE];
	va_list args;

	va_start(args, fmt);
	vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	print_diagnostic(text);
}

bool ktest_check(bool held, const char *file, int line, const char *what)
{
	if (held)
		return true;
	run.failed = true;
	ktest_printf("%s:%d: %s", file, line, what);
	return false;
}

static const char *format_value(char *buf, size_t size, u64 value)
{
	if (value <= DECIMAL_MAX)
		scnprintf(buf, size, "%llu", value);
	else
		scnprintf(buf, size, "%lld (0x%llx)", (s64)value, value);
	return buf;
}

bool ktest_check_eq(u64 actual, u64 expected, const char *file, int line,
                    const char *what)
{
	char got[64];
	char want[64];

	if (actual == expected)
		return true;
	run.failed = true;
	ktest_printf("%s:%d: %s: got %s, expected %s", file, line, what,
	             format_value(got, sizeof(got), actual),
	             format_value(want, sizeof(want), expected));
	return false;
}

bool ktest_check_str(const char *actual, const char *expected, const char *file,
                     int line, const char *what)
{
	if (actual && expected && strcmp(actual, expected) == 0)
		return true;
	if (actual == expected)
		return true;
	run.failed = true;
	ktest_printf("%s:%d: %s:", file, line, what);
	ktest_printf("     got \"%s\"", actual ? actual : "(null)");
	ktest_printf("expected \"%s\"", expected ? expected : "(null)");
	return false;
}

void ktest_skip(const char *reason)
{
	run.skipped = reason;
}

bool ktest_failed(void)
{
	return run.failed;
}

static void jump_out_of_bug(void)
{
	if (current == bug_task) /* another thread's bug is a bug */
		__builtin_longjmp(bug_jump, 1);
}

bool ktest_catches_bug(void (*fn)(void *), void *arg)
{
	void *here[JUMP_WORDS];
	void **volatile outer = bug_jump;
	void (*volatile outer_hook)(void) = bug_hook;
	volatile bool caught = true;
	struct task_struct *volatile outer_task = bug_task;
	volatile unsigned int preempt = preempt_count();
	volatile unsigned long irq;

	local_irq_save(irq);
	local_irq_restore(irq); /* now, for later: a BUG may strike with them off */
	bug_jump = here;
	bug_hook = jump_out_of_bug;
	bug_task = current;
	if (__builtin_setjmp(here) == 0) {
		fn(arg);
		caught = false;
	}
	bug_jump = outer;
	bug_hook = outer_hook;
	bug_task = outer_task;
	__get_cpu_var(preempt_count) = preempt;
	__set_current_state(TASK_RUNNING);
	local_irq_restore(irq);
	return caught;
}

static bool note_warning(const char *file, int line, const char *what)
{
	if (run.warning_expected) {
		run.warnings++;
		return true;
	}
	ktest_check(false, file, line, "unexpected WARN_ON");
	ktest_printf("%s", what);
	return false;
}

bool ktest_catches_warning(void (*fn)(void *), void *arg)
{
	bool outer = run.warning_expected;
	unsigned int before = run.warnings;

	run.warning_expected = true;
	fn(arg);
	run.warning_expected = outer;
	return run.warnings != before;
}

u64 ktest_seed(void)
{
	if (!run.seed_shown)
		ktest_printf("seed: 0x%llx", run.seed);
	run.seed_shown = true;
	return run.seed;
}

/* Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014. */
u64 ktest_random(u64 *state)
{
	u64 z = (*state += 0x9E3779B97F4A7C15ULL);

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
	return z ^ (z >> 31);
}

u32 ktest_random_below(u64 *state, u32 limit)
{
	return (u32)(((ktest_random(state) >> 32) * limit) >> 32);
}

const char *ktest_next_suite(const char *after)
{
	const struct ktest *const *t;
	const char *next = NULL;

	for_each_ktest (t) {
		const char *suite = (*t)->suite;

		if (after && strcmp(suite, after) <= 0)
			continue;
		if (!next || strcmp(suite, next) < 0)
			next = suite;
	}
	return next;
}

static bool chosen(const struct ktest *test, const char *suite)
{
	return strcmp(test->suite, suite) == 0 &&
	       (!run.only || strcmp(test->name, run.only) == 0);
}

/* By suite, file and line; no two cases are equal. */
static int compare_cases(const struct ktest *a, const struct ktest *b)
{
	int order = strcmp(a->suite, b->suite);

	if (order == 0)
		order = strcmp(a->file, b->file);
	return order ? order : a->line - b->line;
}

/* The suite's case that follows `after` (NULL: its first), or NULL. */
static const struct ktest *next_case(const char *suite, const struct ktest *after)
{
	const struct ktest *const *t;
	const struct ktest *next = NULL;

	for_each_ktest (t) {
		if (!chosen(*t, suite))
			continue;
		if (after && compare_cases(*t, after) <= 0)
			continue;
		if (!next || compare_cases(*t, next) < 0)
			next = *t;
	}
	return next;
}

static unsigned int count_cases(const char *suite)
{
	const struct ktest *const *t;
	unsigned int nr = 0;

	for_each_ktest (t)
		nr += chosen(*t, suite);
	return nr;
}

/* Returns false if the case failed. */
static bool run_case(const struct ktest *test, unsigned int number)
{
	run.failed = false;
	run.skipped = NULL;
	test->run();

	if (run.failed) {
		run.nr_failed++;
		print(INDENT "not ok %u %s\n", number, test->name);
		return false;
	}
	if (run.skipped) {
		run.nr_skipped++;
		print(INDENT "ok %u %s # SKIP %s\n", number, test->name, run.skipped);
		return true;
	}
	run.nr_passed++;
	print(INDENT "ok %u %s\n", number, test->name);
	return true;
}

static void run_suite(const char *suite, unsigned int number)
{
	const struct ktest *test = NULL;
	unsigned int nr = 0;
	bool ok = true;

	run.seed_shown = false;
	print(INDENT "KTAP version 1\n" INDENT "# Subtest: %s\n", suite);
	print(INDENT "1..%u\n", count_cases(suite));
	while ((test = next_case(suite, test)))
		ok = run_case(test, ++nr) && ok;
	print("%s %u %s\n", ok ? "ok" : "not ok", number, suite);
}

static void run_all_suites(void)
{
	const char *suite = NULL;
	unsigned int nr = 0;

	while ((suite = ktest_next_suite(suite)))
		nr++;
	print("KTAP version 1\n1..%u\n", nr);
	nr = 0;
	while ((suite = ktest_next_suite(suite)))
		run_suite(suite, ++nr);
}

/* The suite that "suite" or "suite.case" begins with, as its cases spell it. */
static const char *suite_of(const char *name)
{
	size_t len = strcspn(name, ".");
	const struct ktest *const *t;

	for_each_ktest (t) {
		if (strlen((*t)->suite) == len && !strncmp((*t)->suite, name, len))
			return (*t)->suite;
	}
	return NULL;
}

int ktest_run(const char *name, u64 seed)
{
	bool (*outer)(const char *, int, const char *) = warn_hook;
	const char *suite = name ? suite_of(name) : NULL;
	const char *dot = name ? strchr(name, '.') : NULL;

	memset(&run, 0, sizeof(run));
	run.seed = seed;
	run.only = dot ? dot + 1 : NULL;
	if (name && (!suite || count_cases(suite) == 0))
		return -1;

	warn_hook = note_warning;
	if (suite) {
		print("KTAP version 1\n1..1\n");
		run_suite(suite, 1);
	} else {
		run_all_suites();
	}
	warn_hook = outer;

	print("# %u passed, %u failed", run.nr_passed, run.nr_failed);
	if (run.nr_skipped)
		print(", %u skipped", run.nr_skipped);
	print("\n");
	return (int)run.nr_failed;
}

void ktest_list(void)
{
	const char *suite = NULL;

	while ((suite = ktest_next_suite(suite))) {
		const struct ktest *test = NULL;

		while ((test = next_case(suite, test)))
			print("%s.%s\n", suite, test->name);
	}
}
