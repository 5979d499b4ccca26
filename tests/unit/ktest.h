/*
 * Unit tests that run twice from one source: on the host under sanitizers, and
 * inside the booted kernel (the monitor's `test`). The output is KTAP.
 *
 *	TEST(bitmap, a_cleared_map_has_weight_zero)
 *	{
 *		EXPECT_EQ(bitmap_weight(map, 100), 0);
 *	}
 *
 * A suite is all tests of one name, wherever they stand; they run in the order of
 * their files' names and, in a file, as they stand there. EXPECT_* goes on after
 * a failure, ASSERT_* returns from the function that it stands in. A case
 * without a failed check has passed; a WARN_ON that nobody expected fails it.
 */
#ifndef KTEST_H
#define KTEST_H

#include <lib/compiler.h>
#include <lib/types.h>

struct ktest {
	const char *suite;
	const char *name;
	void (*run)(void);
	const char *file;
	int line;
};

/* Registers a case: a pointer in the section that the linker turns into an
 * array between __start_ktests and __stop_ktests. */
#define TEST(suite_, name_)                                                            \
	static void suite_##__##name_(void);                                           \
	static const struct ktest ktest_##suite_##__##name_ = {                        \
	    .suite = #suite_,                                                          \
	    .name = #name_,                                                            \
	    .run = suite_##__##name_,                                                  \
	    .file = __FILE__,                                                          \
	    .line = __LINE__,                                                          \
	};                                                                             \
	static const struct ktest *const ktest_ptr_##suite_##__##name_ __used          \
	    __section("ktests") = &ktest_##suite_##__##name_;                          \
	static void suite_##__##name_(void)

/* Integers and pointers alike become 64 bits, signed ones with their sign: so
 * (u32)-1 and -1 differ. */
#define KTEST_CLASS_POINTER 5
#define KTEST_WORD(x)                                                                  \
	((u64) __builtin_choose_expr(                                                  \
	    __builtin_classify_type(x) == KTEST_CLASS_POINTER, (uintptr_t)(x), (x)))

/* Each evaluates its arguments once and is true when the check held. */
#define EXPECT(cond) ktest_check(!!(cond), __FILE__, __LINE__, "EXPECT(" #cond ")")
#define EXPECT_EQ(actual, expected)                                                    \
	ktest_check_eq(KTEST_WORD(actual), KTEST_WORD(expected), __FILE__, __LINE__,   \
	               "EXPECT_EQ(" #actual ", " #expected ")")
#define EXPECT_STR(actual, expected)                                                   \
	ktest_check_str(actual, expected, __FILE__, __LINE__,                          \
	                "EXPECT_STR(" #actual ", " #expected ")")
#define EXPECT_BUG(fn, arg)                                                            \
	ktest_check(ktest_catches_bug(fn, arg), __FILE__, __LINE__,                    \
	            "EXPECT_BUG(" #fn ", " #arg ")")
#define EXPECT_WARNING(fn, arg)                                                        \
	ktest_check(ktest_catches_warning(fn, arg), __FILE__, __LINE__,                \
	            "EXPECT_WARNING(" #fn ", " #arg ")")

#define KTEST_OR_RETURN(check)                                                         \
	do {                                                                           \
		if (!(check))                                                          \
			return;                                                        \
	} while (0)
#define ASSERT(cond)                                                                   \
	KTEST_OR_RETURN(ktest_check(!!(cond), __FILE__, __LINE__, "ASSERT(" #cond ")"))
#define ASSERT_EQ(actual, expected)                                                    \
	KTEST_OR_RETURN(ktest_check_eq(KTEST_WORD(actual), KTEST_WORD(expected),       \
	                               __FILE__, __LINE__,                             \
	                               "ASSERT_EQ(" #actual ", " #expected ")"))
#define ASSERT_STR(actual, expected)                                                   \
	KTEST_OR_RETURN(ktest_check_str(actual, expected, __FILE__, __LINE__,          \
	                                "ASSERT_STR(" #actual ", " #expected ")"))

/* Ends the case as skipped, for a machine that lacks what it needs. */
#define SKIP(reason)                                                                   \
	do {                                                                           \
		ktest_skip(reason);                                                    \
		return;                                                                \
	} while (0)

bool ktest_check(bool held, const char *file, int line, const char *what);
bool ktest_check_eq(u64 actual, u64 expected, const char *file, int line,
                    const char *what);
bool ktest_check_str(const char *actual, const char *expected, const char *file,
                     int line, const char *what);
void ktest_skip(const char *reason);

/* True once the running case has failed a check: for long loops to leave. */
bool ktest_failed(void);

/* One or more diagnostic lines ("# ..."); the last newline may be left out. */
void ktest_printf(const char *fmt, ...) __printf(1, 2);

/*
 * True if fn(arg) hits panic() or BUG(); control comes back here, so fn's own
 * cleanup does not run. Nothing is printed of what was caught.
 */
bool ktest_catches_bug(void (*fn)(void *), void *arg);

/* True if fn(arg) hits WARN_ON at least once; those warnings print nothing. */
bool ktest_catches_warning(void (*fn)(void *), void *arg);

/* The run's seed; the first call in a suite prints it ("# seed: 0x..."). */
u64 ktest_seed(void);

/* The next of a sequence that *state determines (splitmix64); start *state from
 * ktest_seed(). _below: in [0, limit), limit not zero. */
u64 ktest_random(u64 *state);
u32 ktest_random_below(u64 *state, u32 limit);

/*
 * Run one suite ("bitmap"), one case ("bitmap.bits_of_a_word"), or with NULL all
 * suites in the order of their names, and print KTAP. Returns the number of failed
 * cases, or -1 if there is none of that name (nothing is printed then). A case that
 * fails a random check does so again under the same seed.
 */
int ktest_run(const char *name, u64 seed);

/* The name of the suite that follows `after` (NULL: the first), or NULL. */
const char *ktest_next_suite(const char *after);

/* Print each case's name as "suite.name". */
void ktest_list(void);

/* Where the output goes: console_write unless the host's main changes it. */
extern void (*ktest_write)(const char *text, size_t len);

#endif
