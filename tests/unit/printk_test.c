/*
 * printk as its readers see it: consoles, levels, stamps, the ring. In the kernel
 * the cases share the real log, so each looks only at what it wrote itself.
 */
#include "ktest.h"

#include <lib/logring.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <lib/util.h>
#include <lib/vsprintf.h>

#define LEVEL_ALL 8

/* What the captured console was given. */
static char shown[4096];
static size_t shown_len;

static void capture(const char *text, size_t len)
{
	size_t fits = min(len, sizeof(shown) - 1 - shown_len);

	memcpy(shown + shown_len, text, fits);
	shown_len += fits;
	shown[shown_len] = '\0';
}

static struct console captured = {.name = "captured", .write = capture};

static u64 fake_time_us;

static u64 fake_clock(void)
{
	return fake_time_us;
}

static u64 (*real_clock)(void);
static int real_loglevel;

/* Registered while off, so that the log before is not shown again. */
static void start_capture(u64 time_us)
{
	captured.enabled = false;
	register_console(&captured);
	captured.enabled = true;
	real_clock = printk_clock_us;
	real_loglevel = console_loglevel;
	fake_time_us = time_us;
	printk_clock_us = fake_clock;
	console_loglevel = LEVEL_ALL;
	console_write("\n", 1);
	shown_len = 0;
	shown[0] = '\0';
}

static void stop_capture(void)
{
	printk_clock_us = real_clock;
	console_loglevel = real_loglevel;
	unregister_console(&captured);
}

TEST(printk, a_message_is_stamped_with_seconds_and_microseconds)
{
	start_capture(12003456);
	EXPECT_EQ(printk(KERN_INFO "Memory: %dK\n", 64), 15);
	fake_time_us = 123456000007ULL;
	pr_err("late\n");
	stop_capture();
	EXPECT_STR(shown, "[   12.003456] Memory: 64K\n[123456.000007] late\n");
}

TEST(printk, each_line_of_a_text_is_stamped)
{
	start_capture(1);
	pr_info("one\ntwo\n\nfour\n");
	stop_capture();
	EXPECT_STR(shown, "[    0.000001] one\n[    0.000001] two\n"
	                  "[    0.000001] \n[    0.000001] four\n");
}

TEST(printk, cont_goes_on_with_the_line)
{
	start_capture(0);
	pr_info("NX:");
	pr_cont(" %s", "active");
	pr_cont("!\n");
	pr_cont("alone\n");
	stop_capture();
	EXPECT_STR(shown, "[    0.000000] NX: active!\n[    0.000000] alone\n");
}

TEST(printk, an_open_line_is_ended_before_the_next_message)
{
	start_capture(0);
	pr_info("open");
	pr_info("next\n");
	stop_capture();
	EXPECT_STR(shown, "[    0.000000] open\n[    0.000000] next\n");
}

TEST(printk, a_prompt_is_left_before_a_message)
{
	start_capture(0);
	console_printf("%s> ", "k896");
	pr_info("news\n");
	stop_capture();
	EXPECT_STR(shown, "k896> \n[    0.000000] news\n");
}

TEST(printk, the_level_decides_what_a_console_shows)
{
	start_capture(0);
	console_loglevel = 5;
	pr_info("information\n");
	pr_cont("more\n");
	pr_warn("warning\n");
	printk("default is warning\n");
	pr_debug("detail\n");
	console_loglevel = 4;
	pr_warn("hidden\n");
	pr_emerg("shown\n");
	stop_capture();
	EXPECT_STR(shown, "[    0.000000] warning\n"
	                  "[    0.000000] default is warning\n"
	                  "[    0.000000] shown\n");
}

TEST(printk, what_only_looks_like_a_level_is_text)
{
	start_capture(0);
	printk(KERN_INFO "<8>\n");
	printk("<9>x\n");
	printk("<\n");
	stop_capture();
	EXPECT_STR(shown,
	           "[    0.000000] <8>\n[    0.000000] <9>x\n[    0.000000] <\n");
}

TEST(printk, a_disabled_console_is_shown_nothing)
{
	start_capture(0);
	captured.enabled = false;
	pr_info("for others\n");
	console_write("x\n", 2);
	stop_capture();
	EXPECT_STR(shown, "");
}

TEST(printk, a_long_text_is_cut_and_marked)
{
	static char text[2000];

	memset(text, 'a', sizeof(text) - 1);
	start_capture(0);
	EXPECT_EQ(printk(KERN_INFO "%s", text), 1023);
	stop_capture();
	EXPECT_EQ(shown_len, strlen("[    0.000000] ") + 1023 - strlen(KERN_INFO));
	EXPECT_STR(shown + shown_len - 6, "aa...\n");
}

/* The last line that the ring holds. */
static const char *last_line(void)
{
	static char line[LOG_TEXT_MAX + 32];
	u64 pos = 0;

	while (printk_read(&pos, line, sizeof(line)) >= 0)
		;
	return line;
}

TEST(printk, the_ring_joins_what_cont_added)
{
	start_capture(5000000);
	console_loglevel = 0;
	pr_debug("one");
	pr_cont(" line");
	pr_cont(", three pieces\n");
	stop_capture();
	EXPECT_STR(shown, "");
	EXPECT_STR(last_line(), "[    5.000000] one line, three pieces");
}

TEST(printk, reading_cuts_at_the_buffers_end)
{
	char small[20];
	u64 pos = 0;
	u64 last = 0;

	start_capture(1000000);
	console_loglevel = 0;
	pr_info("0123456789\n");
	stop_capture();
	while (printk_read(&pos, small, sizeof(small)) >= 0)
		last = pos;
	EXPECT_STR(small, "[    1.000000] 0123");
	EXPECT_EQ(printk_read(&last, small, sizeof(small)), -1);
}

TEST(printk, a_console_that_comes_late_is_shown_the_log)
{
	start_capture(7000000);
	pr_info("before it came\n");
	unregister_console(&captured);
	shown_len = 0;
	console_loglevel = real_loglevel;
	captured.enabled = true;
	register_console(&captured);
	stop_capture();
	EXPECT(shown_len > 0);
	EXPECT(strchr(shown, '[') == shown);
}

static void print_from_within(const char *text, size_t len)
{
	static bool inside;

	capture(text, len);
	if (inside)
		return;
	inside = true;
	printk(KERN_INFO "inner\n");
	inside = false;
}

TEST(printk, a_console_that_prints_itself_loses_nothing)
{
	start_capture(3000000);
	captured.write = print_from_within;
	pr_info("outer\n");
	captured.write = capture;
	stop_capture();
	EXPECT(strstr(shown, "outer\n") != NULL);
	EXPECT(strstr(shown, "[    3.000000] inner\n") != NULL);
	EXPECT_STR(last_line(), "[    3.000000] inner");
}

TEST(printk, an_unknown_console_changes_nothing)
{
	start_capture(0);
	EXPECT(!console_select("nosuch0"));
	EXPECT(!console_select("captured0"));
	EXPECT(!console_select("capture"));
	EXPECT(captured.enabled);
	stop_capture();
}

#ifdef K896_HOST
/* In the kernel this would turn the real consoles off. */
TEST(printk, the_first_selection_is_exclusive_and_later_ones_add)
{
	struct console other = {.name = "other", .write = capture, .enabled = true};
	struct console third = {.name = "third", .write = capture, .enabled = true};

	start_capture(0);
	captured.enabled = false;
	unregister_console(&other);
	other.enabled = third.enabled = false;
	register_console(&other);
	register_console(&third);
	other.enabled = third.enabled = true;
	EXPECT(console_select("captured,115200n8"));
	EXPECT(captured.enabled && !other.enabled && !third.enabled);
	EXPECT(console_select("third"));
	EXPECT(captured.enabled && !other.enabled && third.enabled);
	unregister_console(&other);
	unregister_console(&third);
	stop_capture();
}
#endif
