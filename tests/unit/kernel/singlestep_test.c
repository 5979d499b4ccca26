/* Stepping through code that was counted by hand. */
#include "../ktest.h"

#include <asm/irqflags.h>
#include <asm/singlestep.h>
#include <sched/sched.h>

#define TURNS 100
#define WORDS 50

static unsigned long from, to, steps;

static void count_between(unsigned long eip)
{
	steps += eip >= from && eip < to;
}

TEST(singlestep, each_turn_of_a_loop_is_counted)
{
	steps = 0;
	single_step_begin(count_between);
	__asm__ volatile("movl $1f, %0; movl $2f, %1; movl %2, %%ecx\n"
	                 "1: decl %%ecx; jnz 1b\n" /* two a turn */
	                 "2:"
	                 : "=m"(from), "=m"(to)
	                 : "i"(TURNS)
	                 : "ecx", "cc");
	EXPECT(single_step_end());
	EXPECT_EQ(steps, 2 * TURNS);
}

TEST(singlestep, each_turn_of_a_string_instruction_is_counted)
{
	unsigned long words[WORDS];
	void *at = words;

	steps = 0;
	single_step_begin(count_between);
	__asm__ volatile("movl $1f, %1; movl $2f, %2; movl %3, %%ecx\n"
	                 "1: rep stosl\n"
	                 "2:"
	                 : "+D"(at), "=m"(from), "=m"(to)
	                 : "i"(WORDS), "a"(0)
	                 : "ecx", "memory");
	EXPECT(single_step_end());
	EXPECT_EQ(steps, WORDS);
	EXPECT_EQ((unsigned long)at, (unsigned long)(words + WORDS));
}

TEST(singlestep, nothing_is_counted_behind_the_end)
{
	single_step_begin(count_between);
	EXPECT(single_step_end());
	EXPECT(!(native_save_fl() & X86_EFLAGS_TF));
	from = 0;
	to = ~0UL;
	steps = 0;
	yield();
	EXPECT_EQ(steps, 0);
}

TEST(singlestep, a_thread_that_sleeps_is_told_and_no_other_one_is_stepped)
{
	from = 0;
	to = ~0UL;
	steps = 0;
	single_step_begin(count_between);
	schedule_timeout_uninterruptible(1);
	EXPECT(!single_step_end());
	EXPECT(!(native_save_fl() & X86_EFLAGS_TF));
	EXPECT(steps > 0);
	EXPECT(steps <
	       2000); /* the way into schedule(), not a tick of the idle thread */
}
