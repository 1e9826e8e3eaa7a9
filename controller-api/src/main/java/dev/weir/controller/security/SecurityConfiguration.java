package dev.weir.controller.security;

import dev.weir.controller.problem.Problem;
import dev.weir.controller.problem.ProblemWriter;
import dev.weir.controller.problem.StatusProblems;
import dev.weir.controller.settings.DataDirectory;
import dev.weir.controller.settings.StartupException;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.SecureRandom;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpHeaders;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.header.HeaderWriterFilter;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;

/**
 * Everything that tells or changes something needs the token. Open are the dashboard's static
 * files, which hold nothing, and whether the controller is up.
 */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {
    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none';"
                    + " form-action 'self'; frame-ancestors 'none'";

    @Bean
    AdminToken adminToken(Environment environment, DataDirectory directory)
            throws StartupException {
        return AdminToken.load(
                environment.getProperty("WEIR_ADMIN_TOKEN"), directory, new SecureRandom());
    }

    @Bean
    SecurityFilterChain securityFilterChain(HttpSecurity http, AdminToken token) {
        return http.csrf(AbstractHttpConfigurer::disable) // no cookie, so nothing to forge with
                .formLogin(AbstractHttpConfigurer::disable)
                .httpBasic(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(
                        session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .addFilterBefore(new BearerTokenFilter(token), AuthorizationFilter.class)
                .authorizeHttpRequests(requests ->
                        requests.dispatcherTypeMatchers(DispatcherType.ERROR, DispatcherType.ASYNC)
                                .permitAll()
                                .requestMatchers(
                                        "/actuator/health",
                                        "/actuator/health/liveness",
                                        "/actuator/health/readiness")
                                .permitAll()
                                .requestMatchers("/api/**", "/actuator/**", "/v3/**")
                                .hasRole("ADMIN")
                                .anyRequest()
                                .permitAll())
                .exceptionHandling(failures ->
                        failures.authenticationEntryPoint((_, response, _) -> challenge(response))
                                .accessDeniedHandler((_, response, _) ->
                                        refuse(response, StatusProblems.of(403))))
                .headers(headers ->
                        headers.withObjectPostProcessor(new EarlyHeaders())
                                .contentSecurityPolicy(
                                        policy -> policy.policyDirectives(CONTENT_SECURITY_POLICY))
                                .referrerPolicy(
                                        policy -> policy.policy(ReferrerPolicy.NO_REFERRER)))
                .build();
    }

    /**
     * Before anything else writes: the answer to a HEAD may be complete before a filter sees it.
     */
    private static final class EarlyHeaders implements ObjectPostProcessor<HeaderWriterFilter> {
        @Override
        public <O extends HeaderWriterFilter> O postProcess(O filter) {
            filter.setShouldWriteHeadersEagerly(true);
            return filter;
        }
    }

    private static void challenge(HttpServletResponse response) throws IOException {
        response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        refuse(response, StatusProblems.unauthenticated());
    }

    private static void refuse(HttpServletResponse response, Problem problem) throws IOException {
        ProblemWriter.write(response, problem);
    }
}
