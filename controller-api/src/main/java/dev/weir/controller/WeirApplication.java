package dev.weir.controller;

import dev.weir.controller.intent.StepObserver;
import dev.weir.db.WeirDatabase;
import java.time.Clock;
import java.time.Duration;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** What the controller is made of. */
@SpringBootApplication(
        exclude = UserDetailsServiceAutoConfiguration.class,
        proxyBeanMethods = false)
@Import(WeirDatabase.class)
class WeirApplication {

    /** Microseconds, as the database keeps them. */
    @Bean
    Clock clock() {
        return Clock.tick(Clock.systemUTC(), Duration.ofNanos(1000));
    }

    @Bean
    @ConditionalOnMissingBean
    StepObserver stepObserver() {
        return StepObserver.NONE;
    }
}
