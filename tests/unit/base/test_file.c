/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_file.c - packed and plain, there and not there, committed and abandoned, found. */
#include "unit/check.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/fault.h"
#include "base/file.h"

static char folder[] = "/tmp/glint-test-XXXXXX";
static Arena *arena;

static const char *in_folder(const char *name)
{
    return arena_printf(arena, "%s/%s", folder, name);
}

static void put(const char *name, const char *p, size_t n)
{
    Error err = ERROR_INIT;
    FileOut *f = file_out_open(in_folder(name), &err);
    assert_non_null(f);
    assert_true(file_out_write(f, p, n, &err));
    assert_true(file_out_commit(f, &err));
}

static size_t count_files(const char *pattern)
{
    char **paths;
    size_t n = 0;
    return file_glob(arena, in_folder(pattern), &paths, &n, NULL) ? n : 0;
}

static void round_trips(void **state)
{
    (void)state;
    static const char *const names[] = {"plain.csv", "a.csv.gz", "a.csv.zst", "a.csv.xz"};
    static const size_t sizes[] = {0, 1, 1000, 3000000};
    char *text = xmalloc(3000000);
    for (size_t i = 0; i < 3000000; i++)
        text[i] = "0123456789,\nabcd"[i * i % 16];
    for (size_t k = 0; k < COUNT(names); k++) {
        for (size_t s = 0; s < COUNT(sizes); s++) {
            put(names[k], text, sizes[s]);
            FileText back;
            Error err = ERROR_INIT;
            check_row(file_read(in_folder(names[k]), &back, &err), names[k]);
            check_row(back.n == sizes[s], names[k]);
            check_row(sizes[s] == 0 || memcmp(back.p, text, back.n) == 0, names[k]);
            file_text_free(&back);
        }
        struct stat st;
        assert_int_equal(stat(in_folder(names[k]), &st), 0);
        check_row(k == 0 || st.st_size < 1000000, names[k]);
    }
    free(text);
    assert_int_equal(count_files("*"), COUNT(names)); /* nothing left beside */
}

static void members_and_damage(void **state)
{
    (void)state;
    static const char *const names[] = {"b.gz", "b.zst", "b.xz"};
    for (size_t k = 0; k < COUNT(names); k++) {
        put(names[k], "hello hello hello hello\n", 24);
        FILE *in = fopen(in_folder(names[k]), "rb");
        char bytes[512];
        size_t n = fread(bytes, 1, sizeof bytes, in);
        fclose(in);
        memcpy(bytes + n, bytes, n);
        put("twice", bytes, 2 * n);
        FileText back;
        Error err = ERROR_INIT;
        check_row(file_read(in_folder("twice"), &back, &err), names[k]);
        check_row(back.n == 48, names[k]);
        file_text_free(&back);
        for (size_t cut = 6; cut < n; cut++) {
            put("cut", bytes, cut);
            error_clear(&err);
            check_row(!file_read(in_folder("cut"), &back, &err), names[k]);
            check_row(err.code == ERR_DATA, names[k]);
        }
    }
}

static void what_cannot_be_read(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    FileText t;
    assert_false(file_read(in_folder("missing.csv"), &t, &err));
    assert_int_equal(err.code, ERR_IO);
    assert_non_null(strstr(err.msg, "No such file"));
    error_clear(&err);
    assert_false(file_read(folder, &t, &err));
    assert_non_null(strstr(err.msg, "it is a folder"));
    error_clear(&err);
    assert_null(file_out_open(in_folder("no/such/folder.csv"), &err));
    assert_int_equal(err.code, ERR_IO);
    error_clear(&err);
    assert_null(file_out_open(folder, &err));
    assert_non_null(strstr(err.msg, "it is a folder"));
}

static void pipes_and_devices(void **state)
{
    (void)state;
    const char *fifo = in_folder("fifo");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    pid_t writer = fork();
    if (writer == 0) {
        int fd = open(fifo, O_WRONLY);
        _exit(write(fd, "a,b\n", 4) == 4 ? 0 : 1);
    }
    FileText t;
    Error err = ERROR_INIT;
    assert_true(file_read(fifo, &t, &err));
    assert_int_equal(t.n, 4);
    file_text_free(&t);
    int status = 1;
    assert_int_equal(waitpid(writer, &status, 0), writer);
    assert_int_equal(status, 0);
    FileOut *f = file_out_open("/dev/null", &err);
    assert_non_null(f);
    assert_true(file_out_write(f, "x", 1, &err));
    assert_true(file_out_commit(f, &err));
    struct stat st;
    assert_int_equal(stat("/dev/null", &st), 0);
    assert_true(S_ISCHR(st.st_mode));
}

static void abandoning_leaves_the_old_file(void **state)
{
    (void)state;
    put("old", "old", 3);
    assert_int_equal(chmod(in_folder("old"), 0640), 0);
    Error err = ERROR_INIT;
    FileOut *f = file_out_open(in_folder("old"), &err);
    assert_true(file_out_write(f, "new new", 7, &err));
    file_out_abandon(f);
    file_out_abandon(NULL);
    FileText t;
    assert_true(file_read(in_folder("old"), &t, &err));
    assert_int_equal(t.n, 3);
    file_text_free(&t);
    assert_int_equal(count_files("old*"), 1);

    assert_int_equal(symlink("old", in_folder("link")), 0);
    put("link", "newer", 5);
    struct stat st;
    assert_int_equal(lstat(in_folder("link"), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(stat(in_folder("old"), &st), 0);
    assert_int_equal(st.st_size, 5);
    assert_int_equal(st.st_mode & 0777, 0640);
}

#ifdef GLINT_DEBUG
static void failing_reads_and_writes(void **state)
{
    (void)state;
    put("fault", "old", 3);
    Error err = ERROR_INIT;
    FileText t;
    fault_set(FAULT_READ, 1);
    assert_false(file_read(in_folder("fault"), &t, &err));
    assert_int_equal(err.code, ERR_IO);
    error_clear(&err);
    fault_set(FAULT_WRITE, 1);
    FileOut *f = file_out_open(in_folder("fault"), &err);
    assert_true(file_out_write(f, "new", 3, &err));
    assert_false(file_out_commit(f, &err));
    assert_non_null(strstr(err.msg, "No space left"));
    assert_int_equal(count_files("fault*"), 1);
    error_clear(&err);
    assert_true(file_read(in_folder("fault"), &t, &err));
    assert_memory_equal(t.p, "old", 3);
    file_text_free(&t);
    put("packed.gz", "hello", 5);
    fault_set(FAULT_ALLOC, 1);
    assert_false(file_read(in_folder("packed.gz"), &t, &err));
    assert_int_equal(err.code, ERR_NOMEM);
}
#endif

static void patterns(void **state)
{
    (void)state;
    put("p1.csv", "", 0);
    put("p10.csv", "", 0);
    put("p2.csv", "", 0);
    put("p[3].csv", "", 0);
    char **paths;
    size_t n;
    Error err = ERROR_INIT;
    assert_true(file_glob(arena, in_folder("p*[0-9].csv"), &paths, &n, &err));
    assert_int_equal(n, 3);
    assert_string_equal(paths[0], in_folder("p1.csv"));
    assert_string_equal(paths[1], in_folder("p10.csv"));
    assert_true(file_glob(arena, in_folder("p[3].csv"), &paths, &n, &err));
    assert_string_equal(paths[0], in_folder("p[3].csv"));
    assert_true(file_glob(arena, "-", &paths, &n, &err));
    assert_int_equal(n, 1);
    assert_false(file_glob(arena, in_folder("q*.csv"), &paths, &n, &err));
    assert_non_null(strstr(err.msg, "no file matches"));
    error_clear(&err);
    assert_false(file_glob(arena, in_folder("p11.csv"), &paths, &n, &err));
    assert_string_equal(err.hint, arena_printf(arena, "did you mean '%s'?", in_folder("p1.csv")));
    assert_true(file_exists(in_folder("p1.csv")));
    assert_false(file_exists(in_folder("p11.csv")));
    setenv("HOME", folder, 1);
    assert_true(file_glob(arena, "~/p1.csv", &paths, &n, NULL));
    assert_string_equal(paths[0], in_folder("p1.csv"));
}

static void own_folders(void **state)
{
    (void)state;
    char *path;
    Error err = ERROR_INIT;
    setenv("HOME", in_folder("home"), 1);
    unsetenv("XDG_STATE_HOME");
    assert_true(xdg_path(arena, "state", "history", &path, &err));
    assert_string_equal(path, in_folder("home/.local/state/glint/history"));
    struct stat st;
    assert_int_equal(stat(in_folder("home/.local/state/glint"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    setenv("XDG_STATE_HOME", in_folder("elsewhere"), 1);
    assert_true(xdg_path(arena, "state", NULL, &path, &err));
    assert_string_equal(path, in_folder("elsewhere/glint"));
    setenv("XDG_STATE_HOME", "relative", 1); /* the specification says to ignore it */
    assert_true(xdg_path(arena, "state", NULL, &path, &err));
    assert_string_equal(path, in_folder("home/.local/state/glint"));
    put("in-the-way", "", 0);
    setenv("XDG_CACHE_HOME", in_folder("in-the-way"), 1);
    assert_false(xdg_path(arena, "cache", NULL, &path, &err));
    assert_int_equal(err.code, ERR_IO);
    error_clear(&err);
    assert_false(xdg_path(arena, "cellar", NULL, &path, &err));
    assert_int_equal(err.code, ERR_BUG);
}

static int open_folder(void **state)
{
    (void)state;
    arena = arena_new();
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    int rc = system(arena_printf(arena, "rm -rf %s", folder));
    arena_free(arena);
    return rc;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trips),
        cmocka_unit_test(members_and_damage),
        cmocka_unit_test(what_cannot_be_read),
        cmocka_unit_test(pipes_and_devices),
        cmocka_unit_test(abandoning_leaves_the_old_file),
#ifdef GLINT_DEBUG
        cmocka_unit_test(failing_reads_and_writes),
#endif
        cmocka_unit_test(patterns),
        cmocka_unit_test(own_folders),
    };
    return cmocka_run_group_tests(tests, open_folder, remove_folder);
}
