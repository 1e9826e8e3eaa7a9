package dev.weir.controller.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How addresses for iSCSI are written. */
class PortalAddressTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    127.0.0.2                       | 127.0.0.2 | 3260 |
                    127.0.0.2:0                     | 127.0.0.2 | 0    |
                    [::1]:3261                      | ::1       | 3261 |
                    [::1]                           | ::1       | 3260 |
                    127.0.0.2:3261,san.example      | 127.0.0.2 | 3261 | san.example
                    127.0.0.2,san.example:3262      | 127.0.0.2 | 3260 | san.example:3262
                    [::1]:0,[2001:db8::7]:3260      | ::1       | 0    | [2001:db8::7]:3260
                    """)
    void shouldUnderstandAddressPortAndWhatIsAdvertised(
            String text, String host, int port, String advertised) throws Exception {
        var portal = PortalAddress.parse(text);

        assertThat(portal.host()).isEqualTo(host);
        assertThat(portal.address()).isEqualTo(InetAddress.ofLiteral(host));
        assertThat(portal.port()).isEqualTo(port);
        assertThat(portal.advertised()).isEqualTo(Optional.ofNullable(advertised));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":3260",
                "::1",
                "[::1",
                "300.1.2.3:0",
                "127.0.0.1:",
                "127.0.0.1:x",
                "127.0.0.1:65536",
                "127.0.0.1:123456",
                "127.0.0.1:0,",
                "127.0.0.1:0,::1",
                "127.0.0.1:0,host:0",
                "127.0.0.1:0,host:65536",
                "127.0.0.1:0,host,other",
                "127.0.0.1:0,a=b"
            })
    void shouldRefuseWhatIsNoPortal(String text) {
        assertThatThrownBy(() -> PortalAddress.parse(text))
                .isInstanceOfSatisfying(
                        StartupException.class,
                        e -> assertThat(e.exitCode()).isEqualTo(ExitCode.WRONG_ARGUMENTS))
                .hasMessageStartingWith("--weir.iscsi-portal=" + text + " ");
    }

    @Test
    void shouldBeNumberedAndComeBehindTheOneOfTheBindAddress() throws Exception {
        var settings =
                WeirSettings.of(
                        "--weir.iscsi-port=4000",
                        "--weir.iscsi-advertise=outside",
                        "--weir.iscsi-portal[0]=[::1]:4001,outside6",
                        "--weir.iscsi-portal[1]=127.0.0.2:0");

        assertThat(settings.portals())
                .isEqualTo(
                        List.of(
                                PortalAddress.parse("127.0.0.1:4000,outside"),
                                PortalAddress.parse("[::1]:4001,outside6"),
                                PortalAddress.parse("127.0.0.2:0")));
    }

    @Test
    void shouldRefuseAnAddressThatIsGivenTwice() {
        assertThatThrownBy(() ->
                        WeirSettings.of(
                                "--weir.iscsi-port=4000", "--weir.iscsi-portal[0]=127.0.0.1:4000"))
                .isInstanceOf(StartupException.class)
                .hasMessage(
                        "--weir.iscsi-portal names 127.0.0.1 port 4000, where iSCSI listens already");
    }
}
