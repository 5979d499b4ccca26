/*
 * lib/logring.h promises that a trap may break in anywhere. Here one does: the
 * CPU's single-step flag interrupts a store, or a read, behind an instruction that
 * the seed chooses, and the signal handler reads the whole ring and appends to it.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>

#include "ktest.h"

#include <lib/logring.h>

#define RING_SIZE     4096
#define EFLAGS_TF     0x100
#define OLD_RECORDS   137 /* more than fit: the store must evict */
#define TRAPS         30  /* a single step can cost 50 us in a sandbox */
#define NEVER         (~0UL)
#define RECORD_LEVELS 8

static char buffer[RING_SIZE] __aligned(LOG_RECORD_ALIGN);
static struct logring ring;

static unsigned long steps;     /* single steps of the store under way */
static unsigned long trap_step; /* the one behind which the trap happens */
static int nr_from_trap;        /* records that the trap appends */
static unsigned int nr_torn;    /* records that a reader saw and that were none */

static void begin_stepping(void)
{
	__asm__ volatile("pushfl; orl %0, (%%esp); popfl" ::"i"(EFLAGS_TF)
	                 : "memory", "cc");
}

static void end_stepping(void)
{
	__asm__ volatile("pushfl; andl %0, (%%esp); popfl" ::"i"(~EFLAGS_TF)
	                 : "memory", "cc");
}

/* All texts are one letter repeated; the level tells which. */
static void append(char letter, u16 len)
{
	char text[LOG_TEXT_MAX];
	struct log_record rec = {.len = len, .level = (u8)(letter % RECORD_LEVELS)};

	memset(text, letter, len);
	if (letter == 'o')
		begin_stepping();
	logring_append(&ring, &rec, text);
	if (letter == 'o')
		end_stepping();
}

static bool is_torn(const struct log_record *rec, const char *text)
{
	for (u16 i = 0; i < rec->len; i++) {
		if (text[i] != text[0])
			return true;
	}
	return rec->len == 0 || rec->level != text[0] % RECORD_LEVELS;
}

/* How many records begin with that letter; counts torn ones in nr_torn. */
static unsigned int count_records(char letter)
{
	char text[LOG_TEXT_MAX + 1];
	struct log_record rec;
	unsigned long pos = ring.tail;
	unsigned int nr = 0;

	while (logring_read(&ring, &pos, &rec, text)) {
		nr_torn += is_torn(&rec, text);
		nr += text[0] == letter;
	}
	return nr;
}

static void single_step(int signal_number, siginfo_t *info, void *context)
{
	ucontext_t *interrupted = context;

	(void)signal_number;
	(void)info;
	if (steps++ != trap_step)
		return;
	interrupted->uc_mcontext.gregs[REG_EFL] &= ~EFLAGS_TF;
	count_records('x');
	for (int i = 0; i < nr_from_trap; i++)
		append('i', 40);
	count_records('x');
}

static void fill_ring(void)
{
	memset(&ring, 0, sizeof(ring));
	ring.buf = buffer;
	ring.size = sizeof(buffer);
	for (int i = 0; i < OLD_RECORDS; i++)
		append((char)('A' + i % 26), (u16)(1 + i % 30));
}

/* Returns the number of instructions, unless the trap stopped the counting. */
static unsigned long store_with_a_trap_behind(unsigned long step, u16 outer_len)
{
	fill_ring();
	steps = 0;
	trap_step = step;
	append('o', outer_len);
	return steps;
}

/* The same for the reading of the oldest record, which the trap overwrites. */
static unsigned long read_with_a_trap_behind(unsigned long step)
{
	char text[LOG_TEXT_MAX + 1];
	struct log_record rec;
	unsigned long pos;
	bool found;

	fill_ring();
	pos = ring.tail;
	steps = 0;
	trap_step = step;
	begin_stepping();
	found = logring_read(&ring, &pos, &rec, text);
	end_stepping();
	EXPECT(found && !is_torn(&rec, text));
	return steps;
}

static void break_in_at_random(u64 *state, u16 outer_len)
{
	unsigned long all = store_with_a_trap_behind(NEVER, outer_len);

	nr_from_trap = 1;
	nr_torn = 0;
	for (int i = 0; i < TRAPS && !ktest_failed(); i++) {
		unsigned long step = ktest_random_below(state, (u32)all);

		store_with_a_trap_behind(step, outer_len);
		EXPECT_EQ(logring_check(&ring), 0);
		EXPECT_EQ(ring.pending_len, 0);
		EXPECT_EQ(ring.lost, 0);
		EXPECT_EQ(count_records('o'), 1);
		EXPECT_EQ(count_records('i'), 1);
		EXPECT_EQ(nr_torn, 0);
		if (ktest_failed())
			ktest_printf("trap behind step %lu of %lu", step, all);
	}
}

static struct sigaction before;

static void catch_traps(void)
{
	struct sigaction stepping = {.sa_sigaction = single_step,
	                             .sa_flags = SA_SIGINFO};

	sigaction(SIGTRAP, &stepping, &before);
}

static void leave_traps(void)
{
	sigaction(SIGTRAP, &before, NULL);
}

TEST(logring, a_trap_behind_any_instruction_of_a_store_spoils_nothing)
{
	u64 state = ktest_seed();

	catch_traps();
	break_in_at_random(&state, 8);
	break_in_at_random(&state, 60); /* does not fit at the ring's end: padding */
	leave_traps();
}

TEST(logring, a_reader_that_a_trap_overtakes_sees_no_torn_record)
{
	u64 state = ktest_seed();
	unsigned long all;

	catch_traps();
	all = read_with_a_trap_behind(NEVER);
	nr_from_trap = 2 * RING_SIZE / 64; /* twice around */
	for (int i = 0; i < TRAPS && !ktest_failed(); i++)
		read_with_a_trap_behind(ktest_random_below(&state, (u32)all));
	leave_traps();
}
