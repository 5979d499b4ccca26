/*
 * The keyboard's decoder, everywhere; and on the host, where no device is
 * disturbed, the input ring, the UART and the VGA screen with devices that a few
 * lines imitate.
 */
#include "ktest.h"

#include <drivers/input.h>
#include <drivers/kbd.h>
#include <drivers/uart.h>
#include <drivers/vga.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <lib/util.h>

/* --- the keyboard --- */

#define SHIFT_DOWN "\x2a"
#define SHIFT_UP   "\xaa"
#define CTRL_DOWN  "\x1d"
#define CTRL_UP    "\x9d"
#define CAPS       "\x3a\xba"

static struct kbd_state kbd;
static char typed[128];

/* What the scan codes type. */
static const char *keys(const char *scancodes)
{
	size_t len = 0;

	for (; *scancodes; scancodes++) {
		u8 out[KBD_KEY_BYTES];
		size_t count = kbd_decode(&kbd, (u8)*scancodes, out);

		if (len + count >= sizeof(typed))
			break;
		memcpy(typed + len, out, count);
		len += count;
	}
	typed[len] = '\0';
	return typed;
}

static void no_keys_held(void)
{
	memset(&kbd, 0, sizeof(kbd));
}

TEST(kbd, letters_digits_and_controls_are_typed_when_pressed)
{
	no_keys_held();
	/* h e l p, Space, 1, Backspace, Tab, Enter, each with its release */
	EXPECT_STR(
	    keys("\x23\xa3\x12\x92\x26\xa6\x19\x99\x39\xb9\x02\x82\x0e\x8e\x0f\x8f"
	         "\x1c\x9c"),
	    "help 1\177\t\r");
}

TEST(kbd, shift_holds_while_it_is_down)
{
	no_keys_held();
	EXPECT_STR(keys("\x1e" SHIFT_DOWN "\x1e\x02\x0c" SHIFT_UP "\x1e"), "aA!_a");
}

TEST(kbd, both_shifts_count)
{
	no_keys_held();
	EXPECT_STR(keys(SHIFT_DOWN "\x36\x1e" SHIFT_UP "\x1e\xb6\x1e"), "AAa");
}

TEST(kbd, caps_lock_turns_letters_only_and_shift_turns_them_back)
{
	no_keys_held();
	EXPECT_STR(keys(CAPS "\x1e\x02" SHIFT_DOWN "\x1e\x02" SHIFT_UP CAPS "\x1e"),
	           "A1a!a");
}

TEST(kbd, a_held_caps_lock_that_repeats_toggles_once)
{
	no_keys_held();
	EXPECT_STR(keys("\x3a\x3a\x3a\xba\x1e"), "A");
}

TEST(kbd, ctrl_makes_control_bytes)
{
	no_keys_held();
	/* Ctrl-C, Ctrl-A, Ctrl-U, and right Ctrl with L */
	EXPECT_STR(keys(CTRL_DOWN "\x2e\x1e\x16" CTRL_UP "\xe0\x1d\x26\xe0\x9d\x26"),
	           "\003\001\025\014l");
}

TEST(kbd, grey_keys_send_what_a_serial_terminal_sends)
{
	no_keys_held();
	EXPECT_STR(keys("\xe0\x48\xe0\xc8"), "\033[A");
	EXPECT_STR(keys("\xe0\x50\xe0\xd0"), "\033[B");
	EXPECT_STR(keys("\xe0\x4d\xe0\xcd"), "\033[C");
	EXPECT_STR(keys("\xe0\x4b\xe0\xcb"), "\033[D");
	EXPECT_STR(keys("\xe0\x47\xe0\xc7"), "\033[H");
	EXPECT_STR(keys("\xe0\x4f\xe0\xcf"), "\033[F");
	EXPECT_STR(keys("\xe0\x53\xe0\xd3"), "\033[3~");
	EXPECT_STR(keys("\xe0\x35\xe0\xb5\xe0\x1c\xe0\x9c"), "/\r");
}

TEST(kbd, the_shift_that_keypads_pad_with_is_none)
{
	no_keys_held();
	EXPECT_STR(keys("\xe0\x2a\xe0\x48\xe0\xc8\xe0\xaa\x1e"), "\033[Aa");
}

TEST(kbd, pause_and_unknown_codes_type_nothing)
{
	no_keys_held();
	EXPECT_STR(keys("\xe1\x1d\x45\xe1\x9d\xc5"), "");
	EXPECT(!kbd.left_ctrl);
	EXPECT_STR(keys("\x54\x7f\xfa\xff\xe0\x5b\xe0\xdb\x3b\x1e"), "a");
}

TEST(kbd, random_scan_codes_never_give_more_than_a_key)
{
	u64 state = ktest_seed();
	u8 out[KBD_KEY_BYTES];

	no_keys_held();
	for (int i = 0; i < 100000; i++)
		ASSERT(kbd_decode(&kbd, (u8)ktest_random(&state), out) <=
		       KBD_KEY_BYTES);
}

#ifdef K896_HOST
#include <asm/io.h>
#include <asm/irqflags.h>

/* --- the ring --- */

static void drain_ring(void)
{
	while (input_getc_nowait() >= 0)
		;
}

TEST(input, bytes_come_out_in_order)
{
	drain_ring();
	EXPECT_EQ(input_getc_nowait(), -1);
	EXPECT(input_push('a'));
	EXPECT(input_push_bytes((const u8 *)"\xff\x00z", 3));
	EXPECT_EQ(input_getc_nowait(), 'a');
	EXPECT_EQ(input_getc_nowait(), 0xff);
	EXPECT_EQ(input_getc_nowait(), 0);
	EXPECT_EQ(input_getc_nowait(), 'z');
	EXPECT_EQ(input_getc_nowait(), -1);
}

TEST(input, a_full_ring_refuses_and_a_key_goes_in_whole_or_not)
{
	drain_ring();
	for (int i = 0; i < INPUT_RING_SIZE - 2; i++)
		ASSERT(input_push('x'));
	EXPECT(!input_push_bytes((const u8 *)"\033[A", 3));
	EXPECT_EQ(input_space(), 2);
	EXPECT(input_push('y') && input_push('y'));
	EXPECT(!input_push('z'));
	drain_ring();
	EXPECT_EQ(input_space(), INPUT_RING_SIZE);
}

TEST(input, ctrl_c_is_seen_before_it_is_read_and_takes_what_came_before)
{
	drain_ring();
	input_push_bytes((const u8 *)"abc\003de\003fg", 9);
	EXPECT(input_interrupt_pending());
	input_discard_interrupt();
	EXPECT(!input_interrupt_pending());
	EXPECT_EQ(input_getc_nowait(), 'f');
	input_discard_interrupt();
	EXPECT_EQ(input_getc_nowait(), 'g');
}

/* --- the UART --- */

static struct {
	u8 reg[8];
	char sent[8192];
	size_t sent_len;
	const char *line; /* bytes still to be received */
	unsigned int status_reads;
	bool stuck;   /* the transmitter never becomes empty */
	bool one_off; /* it has no FIFO */
} fake;

static u8 fake_status(void)
{
	u8 status = fake.stuck ? 0 : 0x60;

	fake.status_reads++;
	return status | (fake.line && *fake.line ? 0x01 : 0);
}

static u8 fake_in(u16 port)
{
	switch (port - 0x3f8) {
	case 0:
		return fake.line && *fake.line ? (u8)*fake.line++ : 0;
	case 2:
		return fake.one_off ? 0x01 : 0xc1;
	case 5:
		return fake_status();
	case 6: /* in loopback RTS, DTR, OUT1, OUT2 come back */
		return fake.reg[4] & 0x10
		           ? (u8)((fake.reg[4] & 2) << 3 | (fake.reg[4] & 1) << 5 |
		                  (fake.reg[4] & 12) << 4)
		           : 0;
	case 1:
	case 3:
	case 4:
	case 7:
		return fake.reg[port - 0x3f8];
	default:
		return 0xff;
	}
}

static void fake_out(u16 port, u8 value)
{
	unsigned int reg = port - 0x3f8U;

	if (reg >= ARRAY_SIZE(fake.reg))
		return;
	if (reg == 0 && !(fake.reg[3] & 0x80) && fake.sent_len < sizeof(fake.sent) - 1)
		fake.sent[fake.sent_len++] = (char)value;
	fake.reg[reg] = value;
}

static const struct host_device fake_uart = {fake_in, fake_out};

/* The driver registers its console; the tests want no echo of the whole log. */
static bool plug_uart(void)
{
	static bool registered;
	bool there;

	memset(&fake, 0, sizeof(fake));
	host_device = &fake_uart;
	if (registered)
		return true;
	there = uart_init();
	registered = there;
	memset(fake.sent, 0, sizeof(fake.sent));
	fake.sent_len = 0;
	return there;
}

static void unplug(void)
{
	host_device = NULL;
}

TEST(uart, an_absent_port_is_noticed_and_does_not_hang)
{
	unplug();
	EXPECT(!uart_init());
	uart_write("x", 1);
	uart_flush();
	uart_interrupt();
}

TEST(uart, newlines_are_sent_with_a_carriage_return)
{
	ASSERT(plug_uart());
	uart_write("one\ntwo\n", 8);
	fake.sent[fake.sent_len] = '\0';
	EXPECT_STR(fake.sent, "one\r\ntwo\r\n");
	unplug();
}

TEST(uart, a_stuck_transmitter_is_waited_for_once)
{
	unsigned int limit = uart_spin_limit;

	ASSERT(plug_uart());
	uart_spin_limit = 100000;
	fake.stuck = true;
	for (int i = 0; i < 100; i++)
		uart_write("some text\n", 10);
	/* one bound of 100,000 looks, then one look a byte, "\r" included */
	EXPECT_EQ(fake.status_reads, 100000 + 100 * 11 - 1);
	uart_spin_limit = limit;
	fake.stuck = false;
	fake.sent_len = 0;
	uart_write("ok", 2);
	EXPECT_EQ(fake.sent_len, 2);
	unplug();
}

TEST(uart, what_is_received_goes_into_the_ring)
{
	ASSERT(plug_uart());
	drain_ring();
	fake.line = "ls\r";
	uart_interrupt();
	EXPECT_EQ(input_getc_nowait(), 'l');
	EXPECT_EQ(input_getc_nowait(), 's');
	EXPECT_EQ(input_getc_nowait(), '\r');
	EXPECT_EQ(input_getc_nowait(), -1);
	unplug();
}

TEST(uart, input_beyond_the_ring_waits_in_the_port_and_is_not_lost)
{
	static char flood[2 * INPUT_RING_SIZE + 1];
	size_t got = 0;
	int byte;

	ASSERT(plug_uart());
	drain_ring();
	for (size_t i = 0; i < sizeof(flood) - 1; i++)
		flood[i] = (char)('a' + i % 26);
	fake.line = flood;
	uart_enable_interrupt();
	uart_interrupt();
	EXPECT_EQ(input_space(), 0);
	EXPECT_EQ(fake.reg[1], 0); /* the receive interrupt is masked */
	while ((byte = input_getc_nowait()) >= 0) {
		ASSERT_EQ(byte, flood[got]);
		got++;
	}
	EXPECT_EQ(got, sizeof(flood) - 1);
	EXPECT_EQ(fake.reg[1], 1);
	EXPECT(!host_irqs_off);
	unplug();
}

/* --- the screen --- */

static u16 cells[VGA_COLUMNS * VGA_ROWS];

static void fresh_screen(void)
{
	static bool registered;

	unplug();
	if (!registered)
		vga_init(cells);
	registered = true;
	vga_move(cells);
	vga_write("\f", 1);
}

static void show(const char *bytes)
{
	vga_write(bytes, strlen(bytes));
}

static const char *row_text(unsigned int row)
{
	static char text[VGA_COLUMNS + 1];
	size_t len = VGA_COLUMNS;

	for (unsigned int i = 0; i < VGA_COLUMNS; i++)
		text[i] = (char)cells[row * VGA_COLUMNS + i];
	while (len > 0 && text[len - 1] == ' ')
		len--;
	text[len] = '\0';
	return text;
}

TEST(vga, text_lines_and_tabs_appear_in_grey)
{
	fresh_screen();
	show("one\n\ttwo\rT");
	EXPECT_STR(row_text(0), "one");
	EXPECT_STR(row_text(1), "T       two");
	EXPECT_EQ(cells[0] >> 8, 0x07);
}

TEST(vga, the_screen_scrolls_by_a_row)
{
	char line[] = "line ?\n";

	fresh_screen();
	for (char c = 'A'; c < 'A' + 26; c++) {
		line[5] = c;
		show(line);
	}
	/* the 26th newline moved to a 27th row: A and B are gone */
	EXPECT_STR(row_text(0), "line C");
	EXPECT_STR(row_text(23), "line Z");
	EXPECT_STR(row_text(24), "");
}

TEST(vga, a_full_row_breaks_only_when_more_comes)
{
	fresh_screen();
	for (int i = 0; i < VGA_COLUMNS; i++)
		show("x");
	show("\nnext");
	EXPECT_STR(row_text(1), "next");
	for (int i = 0; i < VGA_COLUMNS + 1; i++)
		show("y");
	EXPECT_EQ(cells[2 * VGA_COLUMNS + 4] & 0xff, 'y');
	EXPECT_EQ(cells[2 * VGA_COLUMNS + 5] & 0xff, ' ');
}

TEST(vga, backspace_moves_and_escape_sequences_clear_or_vanish)
{
	fresh_screen();
	show("abc\b\bX\033[31m!");
	EXPECT_STR(row_text(0), "aX!");
	show("\r\033[K");
	EXPECT_STR(row_text(0), "");
	show("junk\033[H\033[2Jtop");
	EXPECT_STR(row_text(0), "top");
}

TEST(vga, random_bytes_stay_on_the_screen)
{
	static struct {
		u16 before[VGA_COLUMNS];
		u16 cells[VGA_COLUMNS * VGA_ROWS];
		u16 after[VGA_COLUMNS];
	} fenced;
	u64 state = ktest_seed();

	fresh_screen();
	vga_move(fenced.cells);
	for (int i = 0; i < 20000; i++) {
		char byte = (char)ktest_random(&state);

		vga_write(&byte, 1);
	}
	EXPECT(!memchr_inv(fenced.before, 0, sizeof(fenced.before)));
	EXPECT(!memchr_inv(fenced.after, 0, sizeof(fenced.after)));
	vga_move(cells);
}
#endif
